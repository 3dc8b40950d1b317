import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, requirePart, sampleSize, testSeed } from '@rota/test-support';
import { expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { readJobState } from './admit/job-state.ts';
import { killedRuns } from './killed-runs.test-support.ts';
import { seededNumbers } from './seeded-numbers.test-support.ts';

const rounds = sampleSize({ here: 4, inCi: 8, long: 60 });

// A lock of the kernel is free when all who have it are gone, however they ended.
requirePart(commandPart('flock', 'util-linux'))('two runners of one job, of which one or both are killed', () => {
  it.each(['queue', 'replace'] as const)(`keep \`%s\` and lose nothing, at ${rounds} random instants`, async (policy) => {
    const runs = await killedRuns();
    const { rota } = runs;
    const path = runs.job(policy, undefined, {
      concurrency: { policy, locks: [`lock-${policy}`] },
      followers: [],
      command: [
        `exec 9>>only-one; flock -n 9 || echo "$ROTA_SCHEDULED_AT" >> overlaps
         echo "$ROTA_SCHEDULED_AT" >> started-${policy}; sleep 0.15; echo "$ROTA_SCHEDULED_AT" >> ended-${policy}`,
      ],
    });
    const random = seededNumbers(testSeed);
    console.log(`kill test of ${policy}: seed ${testSeed}`);
    const fires = Array.from({ length: 2 * rounds }, (_, number) => runs.fire(number));
    const start = (fire: string) => {
      const child = rota.start(path, ['--scheduled-at', fire]);
      return { child, exited: new Promise((resolve) => child.on('exit', resolve)) };
    };
    for (let round = 0; round < rounds; round++) {
      const [first = '', second = ''] = fires.slice(2 * round, 2 * round + 2);
      const one = start(first);
      const isClaimed = (): boolean =>
        (readJobState(nodeFiles, rota.layout, { tenant: 'acme', name: policy }).handled ?? 0) >= Date.parse(first) / 1000;
      while (!isClaimed()) await new Promise((resolve) => setTimeout(resolve, 10));
      const two = start(second);
      const victims = [[one], [two], [one, two]][Math.floor(random() * 3)] ?? [];
      const ends = victims.map(async ({ child }) => {
        await new Promise((resolve) => setTimeout(resolve, random() * 600));
        child.kill('SIGKILL');
      });
      await Promise.all([one.exited, two.exited, ...ends]);
      for (const { child } of [one, two]) for (const stream of [child.stdout, child.stderr]) stream?.destroy();
      // The scheduler, or the gate, asks again.
      await rota.run(path, ['--scheduled-at', second]);
    }
    const last = runs.fire(fires.length);
    await runs.settle(policy, path, last);
    const statuses = runs.expectOneRecordEach(policy, [...fires, last]);
    await runs.expectNothingLeft([policy]);
    const overlaps = join(rota.scratch, 'overlaps');
    expect(existsSync(overlaps) ? readFileSync(overlaps, 'utf8') : '', 'no two at once').toBe('');
    expect(statuses).toContain('success');
  });
});
