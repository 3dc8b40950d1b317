import { type ForeignSwitch, type Host, RotaError, type SwitchForeignInput } from '@rota/core';
import { changeTable } from '../crontab-program/write-table.ts';
import type { BytesText } from '../crontab-text/bytes-text.ts';
import { cronDialect } from '../dialect.ts';
import { adoptedPrefix, foreignLines } from './foreign-lines.ts';

/** Takes lines of the user's crontab out of action, or puts them back, in one write. */
export async function switchForeign(host: Host, { dialect, switches }: SwitchForeignInput): Promise<void> {
  await changeTable(host, cronDialect(dialect), (table) => switchLines(table, switches));
}

/**
 * The table with these lines commented out where they stand, or as they were before. Every other byte stays as it is. Doing it twice changes
 * nothing; doing it and its opposite gives back the same bytes. Pure.
 *
 * @throws ROTA_ADOPT_CHANGED when a line that must be there is not there as it was imported.
 */
export function switchLines(table: BytesText, switches: readonly ForeignSwitch[]): BytesText {
  const all = foreignLines(table);
  const known = new Map(all.map((line) => [line.digest, line]));
  // Of a line that stands there as a comment, a setting above it or the line itself may have been edited since: it is still the one of that command.
  const edited = all.filter(({ on, digest }) => !on && !switches.some(({ original }) => original.digest === digest));
  const lines = table.split('\n');
  for (const { original, to, mustExist } of switches) {
    const at = to === 'on' && !known.has(original.digest) ? edited.findIndex(({ key }) => key === original.key) : -1;
    const found = known.get(original.digest) ?? edited.splice(at, at < 0 ? 0 : 1)[0];
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
