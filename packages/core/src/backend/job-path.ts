import type { Host } from '../host/host.ts';

/**
 * The search path of every job on every backend, unless its own `env.PATH` says otherwise: a scheduler's own differs from machine to machine
 * (cron gives `/usr/bin:/bin`), and a job that works on one backend must work on the next. Nix profiles come last. Pure.
 */
export function jobPath(host: Pick<Host, 'platform' | 'user'>): string {
  if (host.platform === 'win32') return '%SystemRoot%\\system32;%SystemRoot%;%SystemRoot%\\System32\\Wbem';
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
