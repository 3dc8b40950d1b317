import { type Availability, type Dialect, type Finding, type Host, isRotaError } from '@rota/core';
import { oldestVersion } from './capabilities.ts';
import { runtimeFolder, trySystemctl, unreachableRemedy } from './systemctl.ts';

const unknown: Dialect = { name: 'systemd' };

/** Whether this user's manager can be used, which version it is, and what would keep jobs from running. Changes nothing. */
export async function detect(host: Host): Promise<Availability> {
  if (host.platform !== 'linux') return unusable('systemd is a program of Linux.');
  const foreign = foreignHome(host);
  if (foreign !== undefined) return unusable(...foreign);
  try {
    const result = await trySystemctl(host, ['show', '-p', 'Version', '--value']);
    if (result.exitCode !== 0) return unusable(...whyUnreachable(host, result.stderr.trim()));
    return judge(host, Number.parseInt(result.stdout, 10));
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    return unusable('systemctl is not installed.', 'Use another backend, such as cron.');
  }
}

function judge(host: Host, version: number): Availability {
  const linger = host.files.facts(`/var/lib/systemd/linger/${host.user.name}`) !== undefined;
  const dialect: Dialect = { name: 'systemd', version, linger };
  if (!(version >= oldestVersion)) {
    return { ...unusable(`The user manager is systemd ${version}; Rota needs ${oldestVersion} or later.`), dialect };
  }
  const findings: readonly Finding[] = linger
    ? []
    : [
        {
          severity: 'warning',
          message: `${host.user.name} does not linger: timers run only while this user is logged in.`,
          remedy: `sudo loginctl enable-linger ${host.user.name}`,
        },
      ];
  return { usable: true, dialect, findings };
}

/** Under sudo without -H the home is the caller's: root's manager would get units that it never reads, in files that the caller cannot change. */
function foreignHome({ user, env, files }: Host): readonly [string, string] | undefined {
  if (user.uid !== 0 || !env.SUDO_UID || env.SUDO_UID === '0') return undefined;
  const passwd = files.readText('/etc/passwd') ?? '';
  const home = /^root:[^:]*:0:[^:]*:[^:]*:([^:]*):/m.exec(passwd)?.[1] ?? '/root';
  if (user.home === home) return undefined;
  return [
    `This runs as root with the home of another user (${user.home}).`,
    'Run it without sudo for your own jobs, or with sudo -H for those of root.',
  ];
}

function whyUnreachable(host: Host, said: string): readonly [string, string] {
  const folder = runtimeFolder(host);
  if (host.files.facts(folder) === undefined) {
    return [`The user manager of ${host.user.name} does not run: there is no ${folder}.`, unreachableRemedy(host)];
  }
  return [
    `The user manager of ${host.user.name} does not answer: ${said || 'systemctl --user failed'}.`,
    unreachableRemedy(host),
  ];
}

function unusable(message: string, remedy?: string): Availability {
  return {
    usable: false,
    dialect: unknown,
    findings: [{ severity: 'error', message, ...(remedy === undefined ? {} : { remedy }) }],
  };
}
