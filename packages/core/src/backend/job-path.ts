import type { Host } from '../host/host.ts';

/**
 * The search path of every job on every backend, unless its own `env.PATH` says otherwise: a scheduler's own differs from machine to machine
 * (cron gives `/usr/bin:/bin`), and a job that works on one backend must work on the next. Nix profiles come last. Pure.
 */
export function jobPath(host: Pick<Host, 'platform' | 'user' | 'env'>): string {
  if (host.platform === 'win32') {
    // Written out: a process gets its environment as it is, and only a shell reads `%SystemRoot%`.
    const root = host.env.SystemRoot || 'C:\\Windows';
    return [`${root}\\system32`, root, `${root}\\System32\\Wbem`, `${root}\\System32\\WindowsPowerShell\\v1.0`].join(';');
  }
  const { home } = host.user;
  return [
    `${home}/.local/bin`,
    '/usr/local/bin',
    '/usr/bin',
    '/bin',
    '/usr/local/sbin',
    '/usr/sbin',
    '/sbin',
    `${home}/.nix-profile/bin`,
    '/run/current-system/sw/bin',
  ].join(':');
}
