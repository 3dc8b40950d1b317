import { mkdtempSync, rmSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { historyOf } from './testing/history.ts';
import { modelWorlds } from './testing/model-world.ts';
import { type ModelReport, playModel } from './testing/play-model.ts';
import { playNaive } from './testing/play-naive.ts';
import { shrunkHistory } from './testing/shrunk-history.ts';

/** `ROTA_HISTORIES=COUNT`, which `run-on-machine.ts` gives, `ROTA_SEED=FIRST`. */
const count = Number(process.env.ROTA_HISTORIES ?? 50);
const first = Number(process.env.ROTA_SEED ?? 1);
const seeds = Array.from({ length: count }, (_, index) => first + index);
/** Enough to see it; the figure of the README is that of the first six. */
const naiveSeeds = seeds.slice(0, 6);

type Renew = Awaited<ReturnType<typeof modelWorlds>>;

/** Made once, for both tests. */
const worlds = Array.from({ length: Math.max(1, availableParallelism()) }, async () => {
  const folder = mkdtempSync('/dev/shm/rota-chezmoi-');
  afterFile(() => rmSync(folder, { recursive: true, force: true }));
  return await modelWorlds(join(folder, 'world'));
});

/** Gives every seed to whichever of the worlds is free, one for each processor. */
async function inWorlds(numbers: readonly number[], play: (renew: Renew, seed: number) => Promise<void>): Promise<void> {
  const waiting = [...numbers];
  const lanes = worlds.map(async (made) => {
    const renew = await made;
    for (let seed = waiting.shift(); seed !== undefined; seed = waiting.shift()) await play(renew, seed);
  });
  await Promise.all(lanes);
}

describe('random histories of three hosts', () => {
  test(
    `${count} histories lose no edit, put no marker into a home, move the remote only forward, and end in step`,
    async () => {
      let edits = 0;
      const failures: unknown[] = [];
      await inWorlds(seeds, async (renew, seed) => {
        const played = async (history: ReturnType<typeof historyOf>): Promise<ModelReport> =>
          await playModel(renew, history).catch((error: unknown) => ({
            edits: 0,
            problems: [error instanceof Error ? (error.stack ?? error.message) : String(error)],
          }));
        const report = await played(historyOf(seed));
        edits += report.edits;
        if (report.problems.length === 0) return;
        console.log(JSON.stringify({ seed, problems: report.problems, ...historyOf(seed) }));
        const shrunk = await shrunkHistory(seed, async (history) => (await played(history)).problems.length === 0);
        failures.push({ seed, problems: report.problems, shrunk });
        console.log(JSON.stringify({ seed, shrunk }));
      });
      console.log(`${count} histories from seed ${first}: ${edits} edits, ${failures.length} histories with a problem`);
      expect(failures).toEqual([]);
    },
    4 * 3_600_000,
  );

  test(
    'the naive order loses edits in the same histories',
    async () => {
      let [edits, lost, markers] = [0, 0, 0];
      await inWorlds(naiveSeeds, async (renew, seed) => {
        const report = await playNaive(renew, seed);
        edits += report.edits;
        lost += report.lost;
        markers += report.markers;
      });
      console.log(`the naive order in ${naiveSeeds.length} of them: ${lost} of ${edits} edits lost, markers in ${markers} homes`);
      expect(lost).toBeGreaterThan(0);
    },
    4 * 3_600_000,
  );
});
