import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { exec, repositoryRoot, temporaryFolder } from '@rota/test-support';
import { oracleCache } from '../../../scripts/oracles/built-daemon.ts';
import { cronDaemon } from '../../../scripts/oracles/cron-daemon.ts';
import { cronieProgram } from './cronie-program.test-support.ts';
import type { CronDialect } from './dialect.ts';
import { privateCrontab } from './private-crontab.test-support.ts';

const oracles = `${repositoryRoot}scripts/oracles`;
const scripts = { debian: ['vixie-cron.sh', '-f'], cronie: ['cronie.sh'], busybox: ['busybox-crond.sh'] } as const;

/** A machine whose cron daemon and crontab program are real and whose clock is not: a virtual year takes as long as its jobs. */
export interface VirtualCron {
  /** Root's machine in `zone`; its clock shows what {@link live} reached last. */
  readonly host: Host;
  /** Where jobs may write. */
  readonly folder: string;
  /** Sets the clock, without anything running meanwhile. Seconds since the epoch. */
  setClock(now: number): void;
  /** The daemon lives from one second to another on the table that is installed, and its jobs really run. @default stateDir that of `host` */
  live(from: number, to: number, start: 'boot' | 'restart', stateDir?: string): Promise<void>;
  /** The table of the machine as it stands; undefined where there is none. */
  table(): Promise<string | undefined>;
}

/** Needs root, and the daemon of the dialect as the scripts in `scripts/oracles` have it. */
export async function virtualCron(dialect: CronDialect, zone: string): Promise<VirtualCron> {
  const folder = temporaryFolder();
  // The first call of the script downloads or builds what is no package of this Debian.
  if (dialect !== 'debian') await cronDaemon({ daemon: dialect, zone: 'UTC', table: '', from: 0, to: 60 });
  const { base, table } = await (dialect === 'busybox' ? busyboxTable(folder) : privateTable(folder, dialect));
  let now = 0;
  const host: Host = {
    ...base,
    timezone: zone,
    now: () => now * 1000,
    files: {
      ...base.files,
      // The daemon is started below; here it only has to look as if it ran.
      list: (path) => (path === '/proc' ? ['1'] : base.files.list(path)),
      readText: (path) => (path === '/proc/1/comm' ? (dialect === 'debian' ? 'cron\n' : 'crond\n') : base.files.readText(path)),
    },
  };
  return {
    host,
    folder,
    table,
    setClock(at) {
      now = at;
    },
    async live(from, to, start, stateDir = host.stateDir) {
      const path = join(folder, 'table');
      writeFileSync(path, (await table()) ?? '');
      virtualClock(join(stateDir, 'bin/rota-run'));
      const [script, ...options] = scripts[dialect];
      const result = await exec(`${oracles}/${script}`, [...options, zone, String(from), String(to), path], {
        env: {
          ...process.env,
          ROTA_ORACLE_RUN: `${oracles}/virtual-date.mjs`,
          ...(start === 'boot' ? { ROTA_ORACLE_BOOT: '1' } : {}),
        },
        timeoutMs: 600_000,
      });
      if (result.exitCode !== 0) throw new Error(`${script} ended with ${result.exitCode}: ${result.stderr}`);
      now = to;
    },
  };
}

/** The runner shall see the virtual time too, while there is one; the launcher keeps NODE_OPTIONS for the job. */
function virtualClock(launcher: string): void {
  const text = existsSync(launcher) ? readFileSync(launcher, 'utf8') : '';
  if (text !== '')
    writeFileSync(
      launcher,
      text.replace(/exec "\$node" '/, `exec "$node" \${ROTA_ORACLE_NOW:+"--import=${oracles}/virtual-date.mjs"} '`),
    );
}

async function privateTable(folder: string, dialect: 'debian' | 'cronie') {
  const crontab = await privateCrontab();
  const program = dialect === 'cronie' ? cronieProgram() : undefined;
  return {
    base: crontab.host('root', join(folder, 'state'), program),
    table: async () => (await crontab.spool('root'))?.toString(),
  };
}

async function busyboxTable(folder: string) {
  const spool = join(folder, 'crontabs');
  mkdirSync(spool);
  const real = createHost();
  const base: Host = {
    ...real,
    user: { ...real.user, name: 'root' },
    stateDir: join(folder, 'state'),
    run: (request) =>
      real.run(
        request.file === 'crontab'
          ? { ...request, file: join(oracleCache, 'busybox-crond'), args: ['crontab', '-c', spool, ...request.args] }
          : request,
      ),
  };
  const path = join(spool, 'root');
  return { base, table: async () => (base.files.facts(path) === undefined ? undefined : readFileSync(path, 'utf8')) };
}
