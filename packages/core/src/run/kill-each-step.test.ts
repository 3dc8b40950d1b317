import { fileURLToPath } from 'node:url';
import { sampleSize, testSeed } from '@rota/test-support';
import { describe, expect, it } from 'vitest';
import { type KilledRuns, killedRuns } from './killed-runs.test-support.ts';

const hook = fileURLToPath(new URL('./kill-at-step.fixture.cjs', import.meta.url));

/** All steps in the long run; else each fourth, in CI each second, from another one at each run. */
const stride = 4 / sampleSize({ here: 1, inCi: 2, long: 4 });

/** Kills the runner before its first step, then before its second, and so on until it gets to its end. Answers the fire times. */
async function killAtEachStep({ rota, fire, expectFollowed }: KilledRuns, name: string, path: string): Promise<string[]> {
  const fires: string[] = [];
  for (let step = testSeed % stride; ; step += stride) {
    const at = fire(fires.length);
    const { code } = await rota.run(path, ['--scheduled-at', at], { NODE_OPTIONS: `--require=${hook}`, KILL_AT: String(step) });
    fires.push(at);
    if (code !== null) return fires;
    // The scheduler, or the gate, asks again.
    await rota.run(path, ['--scheduled-at', at]);
    await expectFollowed(name);
  }
}

describe('killed before each single step', () => {
  it('a run starts at most once, and has one record, one claim less, no lock, its check-in, its alert and its follower', async () => {
    const runs = await killedRuns();
    const path = runs.job('job');
    const fires = await killAtEachStep(runs, 'job', path);
    const last = runs.fire(fires.length);
    await runs.settle('job', path, last);
    const statuses = runs.expectOneRecordEach('job', [...fires, last]);
    await runs.expectFollowed('job');
    await runs.expectNothingLeft(['job']);
    console.log(`killed at each of ${fires.length} steps of a run`);
    // Both, or the steps were not those of a run.
    expect(new Set(statuses)).toEqual(new Set(['success', 'interrupted']));
  });

  it('a fire time that came too late is recorded as skipped once, and its alert goes out', async () => {
    const runs = await killedRuns();
    const path = runs.job('late', 60_000);
    const fires = await killAtEachStep(runs, 'late', path);
    await runs.rota.run(path, ['--scheduled-at', runs.fire(fires.length)]);
    const statuses = runs.expectOneRecordEach('late', [...fires, runs.fire(fires.length)]);
    await runs.expectNothingLeft(['late']);
    console.log(`killed at each of ${fires.length} steps of a skipped run`);
    expect(new Set(statuses)).toEqual(new Set(['skipped']));
  });
});
