import { sampleSize, testSeed } from '@rota/test-support';
import { expect, it } from 'vitest';
import { killedRuns } from './killed-runs.test-support.ts';
import type { RunnerUnderTest } from './runner-under-test.test-support.ts';
import { seededNumbers } from './seeded-numbers.test-support.ts';

const rounds = sampleSize({ here: 30, inCi: 50, long: 500 });
const lanes = 2;

/** Starts the runner and kills it, and nothing else, after a random time. */
async function killed(rota: RunnerUnderTest, path: string, at: string, afterMs: number): Promise<void> {
  const child = rota.start(path, ['--scheduled-at', at]);
  const gone = new Promise((resolve) => child.on('close', resolve));
  const exited = new Promise((resolve) => child.on('exit', resolve));
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await exited;
  child.stdout?.destroy();
  child.stderr?.destroy();
  await gone;
}

it(`holds what it promises when it is killed at ${rounds} random instants`, async () => {
  const runs = await killedRuns();
  const { rota } = runs;
  const names = Array.from({ length: lanes }, (_, lane) => `job-${lane}`);
  // How long a whole run takes here, so that every step is hit: from before the claim to the reports after the record.
  const began = Date.now();
  for (let run = 0; run < 3; run++) await rota.run(rota.launchFile({ name: 'measured', command: ['sleep', '0.03'] }));
  const wholeMs = (Date.now() - began) / 3;
  console.log(`kill test: seed ${testSeed}`);
  await Promise.all(
    names.map(async (name, lane) => {
      const random = seededNumbers(testSeed + lane);
      const path = runs.job(name);
      const fires = Array.from({ length: rounds / lanes }, (_, round) => runs.fire(round));
      for (const fire of fires) {
        await killed(rota, path, fire, wholeMs * (0.2 + random() * 1.2));
        // The scheduler, or the gate, asks again.
        await rota.run(path, ['--scheduled-at', fire]);
        await runs.expectFollowed(name);
      }
      const last = runs.fire(fires.length);
      await runs.settle(name, path, last);
      const statuses = runs.expectOneRecordEach(name, [...fires, last]);
      console.log(`kill test, lane ${lane}: ${JSON.stringify(count(statuses))}`);
    }),
  );
  for (const name of names) await runs.expectFollowed(name);
  await runs.expectNothingLeft(names);
  expect(rota.records().length).toBeGreaterThanOrEqual(rounds);
}, 1_200_000);

function count(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}
