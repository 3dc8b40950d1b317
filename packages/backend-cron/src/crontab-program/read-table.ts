import { join } from 'node:path';
import { type Host, type ProcessRequest, RotaError } from '@rota/core';
import type { BytesText } from '../crontab-text/bytes-text.ts';
import { stripHeader } from './header.ts';
import { lastTable } from './kept-tables.ts';

/** A user's crontab as it stands. */
export interface CrontabTable {
  /** False: the user has none, which is not the same as an empty one. */
  readonly exists: boolean;
  /** Without the header that the program itself writes. */
  readonly text: BytesText;
}

/**
 * The table, byte for byte. `last` is what Rota saw before.
 * @throws ROTA_CRONTAB_UNREADABLE for every failure that does not say that there is none (cron.deny, PAM, an unreadable spool): exit 1 alone says both;
 * and for a listing of nothing at all where a table was seen before, which a failure that is not told looks like, too.
 */
export async function readTable(host: Host, last: BytesText = lastTable(host)): Promise<CrontabTable> {
  const result = await host.run(crontabRequest(['-l']));
  if (result.exitCode !== 0) {
    if (result.stdout === '' && saysNone(result.stderr)) return { exists: false, text: '' };
    throw unreadable(result.stderr.trim() || `crontab -l ended with ${result.exitCode ?? result.signal}`);
  }
  if (result.stdout === '') checkNothing(host, result.stderr.trim(), last);
  const listed = oneCharacterPerByte(result.stdout);
  // Debian's `crontab -l` prints a carriage return as the two characters `\r`, and a backspace as `\b`.
  return { exists: true, text: /\\[rb]/.test(listed) ? await readRaw(host, listed) : stripHeader(listed) };
}

/** Of a table that a person emptied with Debian's `crontab -e` the header is listed; cronie and BusyBox list nothing. */
function checkNothing(host: Host, said: string, last: BytesText): void {
  if (said !== '') throw unreadable(`\`crontab -l\` lists nothing and says: ${said}`);
  if (last === '') return;
  throw new RotaError(
    'ROTA_CRONTAB_UNREADABLE',
    '`crontab -l` lists nothing and says that all is well, but there was a crontab when Rota looked last. Nothing was changed.',
    {
      suggestions: [
        'If you emptied it, say so: crontab -r',
        `If not, see with \`command -v crontab\` which program answers; what stood there is kept in ${join(host.stateDir, 'crontab.last')}.`,
      ],
    },
  );
}

/** `crontab -u` is not used: the table is that of the user who runs the program. */
export function crontabRequest(args: readonly string[], more: Partial<ProcessRequest> = {}): ProcessRequest {
  return {
    file: 'crontab',
    args,
    encoding: 'latin1',
    timeoutMs: 30_000,
    ...more,
    // Debian's program hides the first three comment lines, whoever wrote them, unless it is told not to.
    env: { LC_ALL: 'C', CRONTAB_NOHEADER: 'N', NO_COLOR: '1', ...more.env },
  };
}

/** Debian and cronie; BusyBox, which says what cat says. */
function saysNone(stderr: string): boolean {
  const said = stderr.trim();
  return /^(crontab: )?no crontab for \S+$/.test(said) || /^crontab: can't open '[^']*': No such file or directory$/.test(said);
}

function oneCharacterPerByte(stdout: string): BytesText {
  // A runner of an embedding program may not know `encoding`.
  if (!/[\u0100-\uffff]/.test(stdout)) return stdout;
  if (stdout.includes('\ufffd'))
    throw unreadable('it has bytes that are not UTF-8, and the process runner cannot hand them over');
  return Buffer.from(stdout, 'utf8').toString('latin1');
}

/**
 * `crontab -e` gives the editor the bytes themselves, without up to three comment lines at the top. With `cat` as the editor nothing is edited.
 * Where the listing is unambiguous this gives the same.
 */
async function readRaw(host: Host, listed: BytesText): Promise<BytesText> {
  const result = await host.run(crontabRequest(['-e'], { env: { VISUAL: 'cat', EDITOR: 'cat' } }));
  const raw = oneCharacterPerByte(result.stdout);
  const shown = raw.replaceAll('\r', '\\r').replaceAll('\b', '\\b');
  if (listed === raw) return raw;
  if (result.exitCode !== 0 || !listed.endsWith(shown)) {
    throw unreadable('it has carriage returns or backspaces, which `crontab -l` does not show as they are');
  }
  const top = listed.slice(0, listed.length - shown.length);
  if (/\\[rb]/.test(top)) throw unreadable('its first comment lines have carriage returns or backspaces');
  return stripHeader(top + raw);
}

function unreadable(reason: string): RotaError {
  return new RotaError('ROTA_CRONTAB_UNREADABLE', `The crontab cannot be read: ${reason}. Nothing was changed.`, {
    suggestions: ['Run `crontab -l` and see to it that it works; /etc/cron.allow and /etc/cron.deny say who may use it.'],
  });
}
