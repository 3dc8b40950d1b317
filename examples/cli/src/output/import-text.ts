import type { ForeignReading, ImportedEntry } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { table } from './table.ts';

/** What there is, one line an entry, and below what is to be said of each. */
export function printInventory(
  context: Pick<CommandContext, 'print' | 'say'> & { readonly io: Pick<CommandContext['io'], 'columns'> },
  imported: readonly ImportedEntry[],
): void {
  if (imported.length === 0) {
    context.say('Nothing starts by itself here that is not of Rota.');
    return;
  }
  const rows = imported.map(({ entry, manifest }) => [
    entry.backend,
    entry.id,
    entry.owner,
    whenText(entry.reading),
    manifest === null ? 'stays' : `job ${manifest.metadata.name}`,
    oneLine(entry.reading?.command.join(' ') ?? entry.text),
  ]);
  for (const line of table([['SOURCE', 'PLACE', 'OWNER', 'WHEN', 'IMPORT', 'COMMAND'], ...rows], context.io.columns))
    context.print(line);
  const told = new Map<string, string[]>();
  for (const { entry, left } of imported) {
    const said = [...new Set([...(left === undefined ? [] : [left]), ...(entry.notes ?? [])])];
    if (said.length === 0) continue;
    const notes = said.map((note) => `  ${oneLine(note)}`).join('\n');
    told.set(notes, [...(told.get(notes) ?? []), `${entry.backend} ${entry.id}`]);
  }
  // Of many entries the same is to be said: once, below all of them.
  for (const [notes, entries] of told) for (const line of ['', ...entries, notes]) context.print(line);
}

/** The declarations, or which files they were written to; and what was left. */
export function printImported(
  context: CommandContext,
  imported: readonly ImportedEntry[],
  files: readonly { readonly name: string; readonly content: string }[],
  written: readonly { readonly name: string }[],
): void {
  if (context.options.out === undefined) context.io.out(files.map(({ content }) => content).join('---\n'));
  for (const { name } of written) context.print(`wrote ${name}`);
  for (const { entry, left } of imported)
    if (left !== undefined) context.say(`left ${entry.backend} ${entry.id}: ${oneLine(left)}`);
  const count = imported.filter(({ manifest }) => manifest !== null).length;
  context.say(`${count} of ${imported.length} entries can be jobs. Nothing was changed on this machine.`);
  if (written.length > 0)
    context.say(
      `Next: rota plan ${context.options.out} --adopt, then rota apply ${context.options.out} --adopt, which lets the jobs take the place of the originals.`,
    );
}

function whenText(reading: ForeignReading | undefined): string {
  const trigger = reading?.trigger;
  if (trigger === undefined || trigger === null) return '-';
  return trigger.kind === 'schedule' ? `${trigger.expression} ${trigger.timezone}` : `at ${trigger.kind}`;
}

function oneLine(text: string): string {
  return text.replace(/\s*[\n\r]\s*/g, ' ');
}
