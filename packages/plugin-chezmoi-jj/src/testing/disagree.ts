import type { TestHost } from './world.ts';

/** Edits the first line of `.one` and `.two`, which hold the text with the line `one`, on both hosts; `a` publishes its own. */
export async function disagree([a, b]: readonly [TestHost, TestHost], text: string): Promise<void> {
  for (const [host, word] of [
    [a, 'a'],
    [b, 'b'],
  ] as const)
    for (const path of ['.one', '.two']) host.write(path, text.replace('one', word));
  await a.sync();
}
