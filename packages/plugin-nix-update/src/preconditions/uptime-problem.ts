import { type Host, printDuration } from '@rota/core';

/** A machine that has just booted is perhaps being repaired, or its services still start. What cannot be read counts as just booted. */
export function uptimeProblem({ files }: Pick<Host, 'files'>, leastMs: number): string | null {
  const uptimeMs = readUptime(files);
  if (uptimeMs === null) return 'How long the machine has been up cannot be read.';
  if (uptimeMs >= leastMs) return null;
  return `The machine has been up for ${printDuration(uptimeMs)}, less than \`minUptime\` (${printDuration(leastMs)}).`;
}

/** proc(5), `uptime`: seconds since the boot, suspended time included. Milliseconds here. */
export function readUptime(files: Pick<Host['files'], 'readText'>): number | null {
  const seconds = Number.parseFloat(files.readText('/proc/uptime') ?? '');
  return Number.isNaN(seconds) ? null : seconds * 1000;
}
