import type { Io } from '../io.ts';
import { completeWords } from './complete-words.ts';

/** Answers a completion script. A question that cannot be answered has no candidates; it is never an error. */
export async function answerCompletion(words: readonly string[], io: Io): Promise<void> {
  const { values, jobs, files } = completeWords(words.map((word) => (word === '""' ? '' : word)));
  for (const { value, summary } of values) io.out(summary === '' ? `${value}\n` : `${value}\t${summary}\n`);
  if (files) io.out(':files\n');
  if (!jobs) return;
  try {
    const { installedJobNames } = await import('./installed-job-names.ts');
    const current = words.at(-1) ?? '';
    for (const name of await installedJobNames(words, io)) if (name.startsWith(current)) io.out(`${name}\n`);
  } catch {
    // No state, no names.
  }
}
