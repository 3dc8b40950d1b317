import fc from 'fast-check';
import { type History, history } from './history.ts';

const limitMs = 5 * 60_000;

/** The smallest history that still goes wrong, of those that come from the one of a seed; `undefined` when it goes well at the second time. */
export async function shrunkHistory(
  seed: number,
  goesWell: (history: History) => Promise<boolean>,
): Promise<History | undefined> {
  const property = fc.asyncProperty(history, goesWell);
  const { counterexample } = await fc.check(property, { seed, numRuns: 1, interruptAfterTimeLimit: limitMs });
  return counterexample?.[0];
}
