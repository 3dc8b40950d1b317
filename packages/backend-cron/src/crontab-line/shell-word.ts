import type { CronDialect } from '../dialect.ts';

/** Characters that no shell and no cron gives a meaning to, in paths as most have them. */
const plain = /^[A-Za-z0-9_./@:+,-]+$/;

/**
 * A path as one word of a crontab command: what /bin/sh gets after the daemon's own reading is the path. Debian cron and cronie
 * end the command at `%` unless it is `\%`; Debian's also halves `\\` (its do_command.c, unlike cronie's); BusyBox takes `#` for a
 * comment, even between quotes, and leaves `%` alone.
 */
export function shellWord(path: string, dialect: CronDialect): string {
  if (plain.test(path)) return path;
  if (dialect === 'busybox') return `'${path.replaceAll("'", "'\\''").replaceAll('#', `'"$(printf '\\043')"'`)}'`;
  if (dialect === 'cronie') {
    // A backslash right before `\%` would take its backslash away: the quotes in between keep them apart.
    return `'${path.replaceAll("'", "'\\''").replaceAll('\\%', "\\''%").replaceAll('%', '\\%')}'`;
  }
  return `'${path.replaceAll('\\', '\\\\').replaceAll('%', '\\%').replaceAll("'", "'\\''")}'`;
}
