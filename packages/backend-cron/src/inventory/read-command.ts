import type { CronDialect } from '../dialect.ts';

/** A command as cron hands it to the shell, and what it puts on standard input. */
export interface CronCommand {
  readonly command: string;
  readonly input?: string;
}

/**
 * Splits the rest of a line as the daemon does: the first `%` that no backslash precedes ends the command, what follows is its input, with each further
 * one a line break; `\%` is a percent sign. Quotes do not matter. In a command Debian's cron also halves `\\`, cronie does not, and BusyBox knows
 * none of this. crontab(5)
 */
export function readCommand(rest: string, dialect: CronDialect): CronCommand {
  if (dialect === 'busybox') return { command: rest };
  const [, written = '', raw = ''] = /^((?:\\.|[^\\%]|\\$)*)(?:%(.*))?$/s.exec(rest) ?? [];
  const halved = dialect === 'debian' ? /\\([%\\])/g : /\\(%)|\\\\/g;
  const command = written.replace(halved, (pair, kept: string | undefined) => kept ?? pair);
  if (raw === '') return { command };
  // Here a backslash counts only right before a percent sign.
  const input = raw.replace(/(\\?)%/g, (_, backslash: string) => (backslash === '' ? '\n' : '%'));
  return { command, input: input.endsWith('\n') ? input : `${input}\n` };
}

/** The same as one text for a shell, since a job has no input of its own. */
export function withInput({ command, input }: CronCommand): string {
  if (input === undefined) return command;
  let mark = 'ROTA_INPUT';
  while (input.split('\n').includes(mark)) mark += '_';
  return `{ ${command}\n} <<'${mark}'\n${input}${mark}`;
}
