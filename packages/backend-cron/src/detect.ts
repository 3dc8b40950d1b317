import { type Availability, type Finding, type Host, isRotaError } from '@rota/core';
import { readTable } from './crontab-program/read-table.ts';
import { daemonProcess } from './daemon-process.ts';
import type { CronDialect } from './dialect.ts';

const noDaemonRemedy: Readonly<Record<CronDialect, string>> = {
  debian: 'sudo systemctl enable --now cron (or: sudo service cron start)',
  cronie: 'sudo systemctl enable --now crond (Debian: cron)',
  busybox: 'sudo rc-update add crond && sudo rc-service crond start',
};

/** Which cron this is, whether its daemon runs, and whether the user may have a crontab. Changes nothing. */
export async function detect(host: Host): Promise<Availability> {
  if (host.platform !== 'linux')
    return unusable('debian', `The cron backend knows the crons of Linux, not that of ${host.platform}.`);
  let dialect: CronDialect;
  try {
    dialect = await programDialect(host);
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    return unusable('debian', 'There is no crontab program.', 'sudo apt-get install cron');
  }
  const findings: Finding[] = [];
  const daemon = daemonProcess(host);
  if (daemon === undefined) {
    const generator = ['/usr/lib', '/lib'].some(
      (root) => host.files.facts(`${root}/systemd/system-generators/systemd-crontab-generator`) !== undefined,
    );
    findings.push(
      generator
        ? error(
            'systemd-cron reads the crontab; its rules are its own and are not supported.',
            'Use the systemd backend: --backend systemd',
          )
        : error('No cron daemon runs.', noDaemonRemedy[dialect]),
    );
  } else if (daemon !== 'any' && daemon !== dialect) {
    findings.push(
      error(`The crontab program is ${dialect}'s, the daemon that runs is ${daemon}'s.`, 'Remove one of the two cron packages.'),
    );
  }
  try {
    await readTable(host);
  } catch (failure) {
    if (!isRotaError(failure)) throw failure;
    findings.push(error(failure.message, failure.suggestions[0] ?? 'See `crontab -l`.'));
  }
  return { usable: !findings.some((finding) => finding.severity === 'error'), dialect: { name: dialect }, findings };
}

/** `-V` is cronie's only; the others refuse it in words of their own. */
export async function programDialect(host: Host): Promise<CronDialect> {
  const { exitCode, stdout, stderr } = await host.run({ file: 'crontab', args: ['-V'], timeoutMs: 10_000 });
  const said = `${stdout}\n${stderr}`;
  if (/busybox/i.test(said)) return 'busybox';
  return exitCode === 0 && /cronie/i.test(said) ? 'cronie' : 'debian';
}

function error(message: string, remedy: string): Finding {
  return { severity: 'error', message, remedy };
}

function unusable(dialect: CronDialect, message: string, remedy?: string): Availability {
  return {
    usable: false,
    dialect: { name: dialect },
    findings: [{ severity: 'error', message, ...(remedy === undefined ? {} : { remedy }) }],
  };
}
