import { type AdoptedOriginal, type ForeignSwitch, type Host, RotaError, type SwitchForeignInput } from '@rota/core';
import { changeTable } from '../crontab-program/write-table.ts';
import type { BytesText } from '../crontab-text/bytes-text.ts';
import { cronDialect } from '../dialect.ts';
import { editedLines } from './edited-lines.ts';
import { adoptedPrefix, foreignLines } from './foreign-lines.ts';

/** Takes lines of the user's crontab out of action, or puts them back, in one write. */
export async function switchForeign(host: Host, { dialect, switches, held, onLeftOff }: SwitchForeignInput): Promise<void> {
  let unsure: readonly AdoptedOriginal[] = [];
  await changeTable(host, cronDialect(dialect), (table) => {
    unsure = editedLines(foreignLines(table), switches, held).unsure;
    return switchLines(table, switches, held);
  });
  for (const original of unsure) onLeftOff?.(original, whyUnsure);
}

const whyUnsure =
  'It was edited or removed while a job had its place, and other lines of its command are off too: which of them it is now is not certain. ' +
  `Remove \`${adoptedPrefix.trim()}\` before the one that is to run: crontab -e`;

/**
 * The table with these lines commented out where they stand, or as they were before. Every other byte stays as it is. Doing it twice changes
 * nothing; doing it and its opposite gives back the same bytes. Pure.
 *
 * @throws ROTA_ADOPT_CHANGED when a line that must be there is not there as it was imported.
 */
export function switchLines(table: BytesText, switches: readonly ForeignSwitch[], held?: SwitchForeignInput['held']): BytesText {
  const all = foreignLines(table);
  const known = new Map(all.map((line) => [line.digest, line]));
  const lines = table.split('\n');
  for (const { line, raw } of editedLines(all, switches, held).back) lines[line - 1] = raw;
  for (const { original, to, mustExist } of switches) {
    const found = known.get(original.digest);
    if (found === undefined) {
      if (to === 'on' || !mustExist) continue;
      throw new RotaError('ROTA_ADOPT_CHANGED', `The line of ${original.id} is not in the crontab as it was imported.`, {
        suggestions: ['Import it again: rota import'],
      });
    }
    lines[found.line - 1] = to === 'on' ? found.raw : adoptedPrefix + found.raw;
  }
  return lines.join('\n');
}
