import { createHash } from 'node:crypto';
import { type JobKey, RotaError } from '@rota/core';
import type { CronLine } from './crontab-line/cron-line.ts';
import { shellWord } from './crontab-line/shell-word.ts';
import { toBytesText } from './crontab-text/bytes-text.ts';
import { entryHeader } from './crontab-text/entry-header.ts';
import { pausedPrefix } from './crontab-text/paused-line.ts';
import type { CronDialect } from './dialect.ts';

export interface EntryInput {
  readonly job: JobKey;
  readonly dialect: CronDialect;
  readonly lines: readonly CronLine[];
  readonly launcher: string;
  readonly launchFile: string;
  readonly active: boolean;
  /** What else decided the lines, such as the digests of the zones' data. */
  readonly basis: readonly string[];
}

/** Debian cron reads at most this many characters of a command (MAX_COMMAND in its cron.h). */
const longestCommand: Readonly<Record<CronDialect, number>> = { debian: 998, cronie: 131_000, busybox: 8000 };

/**
 * The text of one job in the crontab: a comment that says whose it is, and its lines. It is complete in itself: a `CRON_TZ=` that
 * it sets is taken back at once, since settings hold for every later line.
 *
 * @throws ROTA_CRONTAB_LIMIT when a line would be too long, or a path cannot stand in a crontab.
 */
export function entryContent(input: EntryInput): { readonly content: string; readonly digest: string } {
  const command = entryCommand(input);
  const times = input.lines.flatMap((line) => {
    const text = `${line.fields} ${command}`;
    return line.zone === undefined ? [text] : [`CRON_TZ=${line.zone.name}`, text, 'CRON_TZ='];
  });
  const lines = input.active ? times : times.map((line) => `${pausedPrefix}${line}`);
  const body = lines.map((line) => `${line}\n`).join('');
  const digest = createHash('sha256')
    .update(
      JSON.stringify([1, input.dialect, input.job.tenant, input.job.name, input.active, input.basis, body, input.launchFile]),
    )
    .digest('hex')
    .slice(0, 16);
  return { content: `${entryHeader(input.job, digest, toBytesText(body))}\n${body}`, digest };
}

function entryCommand({ dialect, launcher, launchFile }: EntryInput): string {
  for (const path of [launcher, launchFile]) {
    if (/[\n\r\0]/.test(path)) {
      throw new RotaError(
        'ROTA_CRONTAB_LIMIT',
        `A crontab line cannot hold the path ${JSON.stringify(path)}: it has a line break.`,
        {
          suggestions: ['Choose a state folder without line breaks in its path (--state-dir).'],
        },
      );
    }
  }
  const words = `${shellWord(launcher, dialect)} ${shellWord(launchFile, dialect)}`;
  // BusyBox starts no second run of a line while its process lives; overlap is the runner's to decide.
  const command = dialect === 'busybox' ? `${words} &` : words;
  const length = Buffer.byteLength(command);
  if (length > longestCommand[dialect]) {
    throw new RotaError(
      'ROTA_CRONTAB_LIMIT',
      `The crontab command would have ${length} characters; ${dialect} reads ${longestCommand[dialect]}.`,
      {
        suggestions: ['Choose a state folder with a shorter path (--state-dir).'],
      },
    );
  }
  return command;
}
