import type { Host } from '@rota/core';
import type { CronDialect } from './dialect.ts';

/**
 * Whose cron daemon runs, by its process; `any` where the name alone does not tell cronie from BusyBox; undefined when none does.
 * A pid file may be stale, and an ordinary user cannot follow `/proc/PID/exe` of root's processes.
 */
export function daemonProcess(host: Host): CronDialect | 'any' | undefined {
  for (const pid of host.files.list('/proc')) {
    if (!/^[0-9]+$/.test(pid)) continue;
    const name = readProcess(host, pid, 'comm')?.trim();
    if (name === 'cron') return 'debian';
    if (name !== 'crond' && name !== 'busybox') continue;
    const words = readProcess(host, pid, 'cmdline')?.split('\0') ?? [];
    if (name === 'busybox') {
      if (words[1] === 'crond') return 'busybox';
      continue;
    }
    return 'any';
  }
  return undefined;
}

/** A process may be gone by now. */
function readProcess(host: Host, pid: string, file: string): string | undefined {
  try {
    return host.files.readText(`/proc/${pid}/${file}`);
  } catch {
    return undefined;
  }
}
