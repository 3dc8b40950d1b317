import type { SpecGroup } from '../program/command.ts';
import { commandSpecs } from '../program/command-specs.ts';
import type { Io } from '../program/io.ts';
import { completeWords } from './complete-words.ts';

/** Answers a completion script. A question that cannot be answered has no candidates; it is never an error. */
export async function answerCompletion(words: readonly string[], io: Io): Promise<void> {
  // How PowerShell from 7.3 on hands over an empty word; its older versions and cmd take the quotes away.
  const typed = words.map((word) => (word === '""' ? '' : word));
  const { values, jobs, files } = completeWords(typed, await groupsFor(typed, io));
  for (const { value, summary } of values) io.out(summary === '' ? `${value}\n` : `${value}\t${summary}\n`);
  if (files) io.out(':files\n');
  if (!jobs) return;
  try {
    const { installedJobNames } = await import('./installed-job-names.ts');
    const current = typed.at(-1) ?? '';
    for (const name of await installedJobNames(typed, io)) if (name.startsWith(current)) io.out(`${name}\n`);
  } catch {
    // No state, no names.
  }
}

/** Reading a config takes longer than a person waits for a Tab, so it is only read for a word that is none of Rota's own. */
async function groupsFor(words: readonly string[], io: Io): Promise<readonly SpecGroup[]> {
  const [word = ''] = words;
  const isOwn = commandSpecs.some(({ name }) => (words.length === 1 ? name.startsWith(word) : name === word));
  if (isOwn || word === '' || word === 'help') return [];
  const { findGroups } = await import('../plugin-commands/find-groups.ts');
  const { specGroup } = await import('../plugin-commands/spec-group.ts');
  return (await findGroups(words, io)).groups.map(specGroup);
}
