import { createHost, defineSchedule, firesBetween, loadZone } from '@rota/core';
import { sampleSize, temporaryFolder } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bruteForce, readByHand, worlds } from '../simulate/brute-force.fixture.ts';
import { randomTask } from '../testing/random-task.fixture.ts';
import { taskEntry } from './task-entry.ts';

const day = 86_400;
const now = Date.UTC(2026, 10, 29, 10) / 1000;
const years = 4;
const runs = process.env.ROTA_ORACLES === '1' ? Number(process.env.ROTA_ORACLE_RUNS ?? 5000) : sampleSize({ here: 20, inCi: 30 });

test(`${runs} random tasks start exactly when the jobs do that are made from them, or none is made`, {
  timeout: 3_000_000,
}, () => {
  const said = { exact: 0, clockChanges: 0, refused: 0 };
  fc.assert(
    fc.property(
      randomTask,
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata'),
      (xml, timezone) => {
        const host = createHost({ platform: 'win32', stateDir: temporaryFolder(), timezone, now: () => now * 1000, env: {} });
        const { reading, notes = [] } = taskEntry({ path: '\\task', xml }, { host, options: {} });
        if (reading?.trigger?.kind !== 'schedule') {
          said.refused++;
          expect(notes[0]).toMatch(/No cron expression|cannot be read/);
          return;
        }
        const open = notes.some((note) => note.includes('on which the clock changes'));
        said[open ? 'clockChanges' : 'exact']++;
        const zone = loadZone(timezone);
        const job = defineSchedule(reading.trigger.expression, loadZone(reading.trigger.timezone));
        const triggers = readByHand(xml);
        const changes = open ? zone.changesBetween(now - day, now + years * 366 * day).map(({ at }) => at) : [];
        const undisturbed = (instant: number): boolean => !changes.some((at) => Math.abs(at - instant) <= day);
        for (let from = now; from < now + years * 366 * day; from += 122 * day) {
          const to = from + 122 * day;
          const expected = firesBetween(job, from, to).filter(undisturbed);
          for (const world of worlds) {
            // Sorted; two triggers at one instant start the task twice.
            const starts = bruteForce(triggers, zone, world, from, to).filter(
              (instant, index, all) => instant !== all[index - 1] && undisturbed(instant),
            );
            const same = starts.length === expected.length && starts.every((instant, index) => instant === expected[index]);
            if (!same) expect({ world, starts: [...starts] }).toEqual({ world, starts: expected });
          }
        }
      },
    ),
    { numRuns: runs, seed: Number(process.env.ROTA_SEED ?? 20_261_129) },
  );
  // Not vacuous: most of what people make can be said.
  expect(said.exact + said.clockChanges).toBeGreaterThan(runs / 3);
  if (process.env.ROTA_ORACLES === '1') console.info(JSON.stringify(said));
});
