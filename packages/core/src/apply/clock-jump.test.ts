import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Files } from '../host/files.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { Job } from '../job/job.ts';
import { admitRun } from '../run/admit/admit-run.ts';
import { nextFire } from '../schedule/next-fire.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { ownIdentity } from '../state/process-identity.ts';
import { eventJob, type FaultMachine, faultMachine } from './fault-machine.fixture.ts';
import { faultyFiles } from './faulty-files.fixture.ts';
import { installedEntries } from './installed-entries.ts';

let machine: FaultMachine;
let first: number;
beforeEach(() => fresh());
afterEach(() => machine.dispose());

/** Every effect in the long run; others at each jump otherwise. */
const stride = process.env.ROTA_LONG ? 1 : 7;
const hour = 3600;
const jumps = [
  ['an hour forward', hour],
  ['an hour back', -hour],
  ['a day forward', 24 * hour],
  ['a day back', -24 * hour],
  ['ten years forward', 3653 * 24 * hour],
  ['to where a clock without a battery begins', -20_000 * 24 * hour],
] as const;

const daily = { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' } as const;
const counted = (argument: string, backend = 'one') =>
  eventJob('counted', argument, {
    backend,
    trigger: daily,
    retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
  });
const before = [eventJob('changes', '2'), counted('1'), eventJob('goes', '3')];
const after = [eventJob('changes', '2b'), eventJob('comes', '5'), counted('1', 'two')];

/** Files whose n-th effect is the moment at which the clock is set. */
function settingTheClock(at: number, bySeconds: number): Files & { readonly count: () => number } {
  const files = faultyFiles(nodeFiles, { at: 0, mode: 'error' });
  let isSet = false;
  return new Proxy(files, {
    get(target, name): unknown {
      const operation: unknown = Reflect.get(target, name);
      if (typeof operation !== 'function') return operation;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(operation, target, args);
        if (!isSet && target.count() >= at) {
          isSet = true;
          machine.clock += bySeconds;
        }
        return result;
      };
    },
  });
}

/** The runner that its scheduler starts at the next fire time by the clock as it is now, and a second later once more: it runs, once. */
function expectNextFireRuns(what: string): void {
  const { job, launchFile } = installedEntries(machine.host(), 'default').find(({ name }) => name === 'counted') ?? {};
  const text = nodeFiles.readText(join(machine.layout.launchFiles, launchFile ?? '')) ?? '';
  const launch: LaunchFile = { ...JSON.parse(text), gated: true };
  expect(job?.trigger, what).toEqual(daily);
  const schedule = defineSchedule(daily.expression, 'UTC');
  const fire = nextFire(schedule, machine.clock) ?? 0;
  const started = [fire, fire + 1].map(
    (second) =>
      admitRun({
        launch,
        layout: machine.layout,
        files: nodeFiles,
        schedule,
        cause: { kind: 'schedule' },
        nowMs: second * 1000,
        owner: ownIdentity(nodeFiles),
        onUnreported: () => undefined,
        takeLocks: () => null,
      }).claim?.scheduledAt,
  );
  expect(started, what).toEqual([new Date(fire * 1000).toISOString().replace('.000Z', 'Z'), undefined]);
}

describe.each(jumps)('the clock that is set %s', (_, jump) => {
  it('during an apply or a rollback: it is done all the same, and no fire time after it is lost', async () => {
    for (let at = 1; ; at += stride) {
      await machine.apply(nodeFiles, before);
      const files = settingTheClock(at, jump);
      await machine.apply(files, after);
      expect(await has(after), `set at effect ${at}`).toBe(true);
      expect(nodeFiles.readText(machine.layout.journal)).toBeUndefined();
      expectNextFireRuns(`an apply, the clock set at effect ${at}`);
      const began = machine.clock;
      await machine.rollback(settingTheClock(at, -jump));
      expect([await has(before, began), await has(before)], `rolled back, set at effect ${at}`).toContain(true);
      expectNextFireRuns(`a rollback, the clock set at effect ${at}`);
      if (files.count() < at) break;
      expect(at).toBeLessThan(400);
      fresh();
    }
  });

  it('between an apply that was killed and its recovery: the old or the new generation is there, and no fire time after it is lost', async () => {
    for (let at = 1; ; at += stride) {
      await machine.apply(nodeFiles, before);
      const files = faultyFiles(nodeFiles, { at, mode: 'kill' });
      await machine.apply(files, after).catch(() => undefined);
      machine.clock += jump;
      await machine.recover();
      expect([await has(before), await has(after)], `killed at effect ${at}`).toContain(true);
      expectNextFireRuns(`killed at effect ${at}`);
      if (files.count() < at) break;
      expect(at).toBeLessThan(400);
      fresh();
    }
  });
});

/** By the clock as it was when they were installed: another year is a reason to plan anew, and a rollback in another year to compile again. */
async function has(jobs: readonly Job[], installed = first): Promise<boolean> {
  const { clock } = machine;
  machine.clock = installed;
  try {
    return await machine.has(jobs);
  } finally {
    machine.clock = clock;
  }
}

function fresh(): void {
  machine?.dispose();
  machine = faultMachine();
  first = machine.clock;
}
