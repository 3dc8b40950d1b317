import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import type { Job } from '../job/job.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { type FaultMachine, faultMachine, eventJob as job } from './fault-machine.fixture.ts';
import { type FaultPlan, faultyFiles, Killed } from './faulty-files.fixture.ts';

let machine: FaultMachine;
beforeEach(() => {
  machine = faultMachine();
});
afterEach(() => machine.dispose());

/** Every effect in the long run, every seventh otherwise; the random plans below fail anywhere. */
const stride = process.env.ROTA_LONG ? 1 : 7;

const before = [job('stays', '1'), job('changes', '2'), job('goes', '3'), job('moves', '4')];
const after = [
  job('stays', '1'),
  job('changes', '2b'),
  job('moves', '4', { backend: 'two' }),
  job('comes', '5'),
  job('runs-with-retry', '6', {
    retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
  }),
];

describe.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('an apply in which one effect fails (%s)', (mode) => {
  it('leaves the old or the new generation after recovery, whichever effect it is', async () => {
    await machine.apply(nodeFiles, before);
    const old = machine.holds();
    const outcomes = new Set<string>();
    for (let at = 1; ; at += stride) {
      const files = faultyFiles(nodeFiles, { at, mode });
      let failed = false;
      await machine.apply(files, after).catch((error: unknown) => {
        failed = true;
        if (mode !== 'error' && !(error instanceof Killed) && !(error instanceof Error)) throw error;
      });
      const recovery = await machine.recover();
      const now = machine.holds();
      expect(now['one/foreign']).toBe('not ours \r\n\t');
      const isOld = JSON.stringify(now) === JSON.stringify(old);
      const plan = await machine.plan(after);
      expect(isOld || !hasChanges(plan), `effect ${at}: neither old nor new`).toBe(true);
      // The state agrees with the machine: going back to the old declaration from here works, too.
      const back = await machine.plan(before);
      expect(
        back.changes.every((change) => change.drift === undefined),
        `effect ${at}: drift`,
      ).toBe(true);
      outcomes.add(recovery?.outcome ?? (isOld ? 'old' : 'new'));
      await machine.apply(nodeFiles, before);
      expect(machine.holds()).toEqual(old);
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
    expect([...outcomes]).toContain('old');
    expect([...outcomes]).toContain(mode === 'error' ? 'new' : 'completed');
  });
});

describe('a rollback', () => {
  it.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('survives a failing effect, too (%s)', async (mode) => {
    await machine.apply(nodeFiles, before);
    const old = machine.holds();
    await machine.apply(nodeFiles, after);
    const fresh = machine.holds();
    for (let at = 1; ; at += stride) {
      const files = faultyFiles(nodeFiles, { at, mode });
      const failed = await machine.rollback(files).then(
        () => false,
        () => true,
      );
      await machine.recover();
      expect([JSON.stringify(old), JSON.stringify(fresh)]).toContain(JSON.stringify(machine.holds()));
      await machine.apply(nodeFiles, before);
      await machine.apply(nodeFiles, after);
      expect(machine.holds()).toEqual(fresh);
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
  });

  it('is a generation itself, needs no declaration, and goes back and forth', async () => {
    await machine.apply(nodeFiles, before);
    const old = machine.holds();
    await machine.apply(nodeFiles, after);
    const fresh = machine.holds();
    expect(await machine.rollback(nodeFiles)).toBe(3);
    expect(machine.holds()).toEqual(old);
    await machine.rollback(nodeFiles, { kind: 'generation', number: 2 });
    expect(machine.holds()).toEqual(fresh);
    await machine.rollback(nodeFiles, { kind: 'nothing' });
    expect(Object.keys(machine.holds())).toEqual(['one/foreign', 'two/foreign']);
    await expect(machine.rollback(nodeFiles, { kind: 'generation', number: 99 })).rejects.toMatchObject({
      code: 'ROTA_GENERATION_UNKNOWN',
    });
  });
});

describe('random plans with random faults', () => {
  const jobs = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      hour: fc.integer({ min: 0, max: 23 }),
      backend: fc.constantFrom('one', 'two'),
    }),
    { selector: ({ name }) => name, maxLength: 5 },
  );
  const toJobs = (list: readonly { name: string; hour: number; backend: string }[]): Job[] =>
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, hour, backend }) => job(name, `${hour}`, { backend }));

  it('end old or new', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobs,
        jobs,
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom<FaultPlan['mode']>('error', 'kill', 'kill-after'),
        async (first, second, at, mode) => {
          await machine.apply(nodeFiles, toJobs(first));
          const old = JSON.stringify(machine.holds());
          await machine.apply(faultyFiles(nodeFiles, { at, mode }), toJobs(second)).catch(() => undefined);
          await machine.recover();
          const plan = await machine.plan(toJobs(second));
          expect(JSON.stringify(machine.holds()) === old || !hasChanges(plan)).toBe(true);
          expect(plan.changes.some((change) => change.drift !== undefined)).toBe(false);
          expect(machine.holds()['two/foreign']).toBe('not ours \r\n\t');
        },
      ),
      { numRuns: sampleSize({ here: 20, inCi: 30, long: 3000 }) },
    );
  });
});
