import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { readHandled } from '../run/admit/job-state.ts';
import { eventJob, type FaultMachine, faultMachine } from './fault-machine.fixture.ts';
import { type FaultPlan, faultyFiles } from './faulty-files.fixture.ts';

let machine: FaultMachine;
beforeEach(() => {
  machine = faultMachine();
});
afterEach(() => machine.dispose());

const modes: readonly FaultPlan['mode'][] = ['error', 'kill', 'kill-after'];
/** Every pair of effects in the long run. */
const stride = process.env.ROTA_LONG ? 1 : 6;
const before = [eventJob('stays', '1'), eventJob('changes', '2'), eventJob('goes', '3'), eventJob('moves', '4')];
const after = [
  eventJob('stays', '1'),
  eventJob('changes', '2b'),
  eventJob('moves', '4', { backend: 'two' }),
  eventJob('comes', '5'),
];
const ended = (work: Promise<unknown>): Promise<unknown> => work.catch(() => undefined);

/** Whatever was cut off where: the next command finishes it or undoes it, and the state agrees with the machine. */
async function expectOldOrNew(what: string): Promise<void> {
  await machine.recover();
  expect([await machine.has(before), await machine.has(after)], what).toContain(true);
  expect(nodeFiles.readText(machine.layout.journal), what).toBeUndefined();
  // And everything works on from there.
  await machine.apply(nodeFiles, before);
  expect(await machine.has(before), what).toBe(true);
}

describe('after two faults the old or the new generation is there:', () => {
  it.each(modes)('an apply fails, and while it is undone something else does (%s)', async (mode) => {
    await machine.apply(nodeFiles, before);
    for (let first = 1; ; first += stride) {
      const effects = faultyFiles(nodeFiles, { at: first, mode: 'error' });
      await ended(machine.apply(effects, after));
      const all = effects.count();
      await expectOldOrNew(`effect ${first} alone`);
      if (all < first) break;
      for (let second = first + 1; second <= all; second += stride) {
        const files = faultyFiles(faultyFiles(nodeFiles, { at: first, mode: 'error' }), { at: second, mode });
        await ended(machine.apply(files, after));
        await expectOldOrNew(`effect ${first} fails, then ${second}`);
      }
    }
  });

  it.each(modes)('an apply is killed, and of the recovery one effect does not come off (%s)', async (mode) => {
    await machine.apply(nodeFiles, before);
    for (let first = 1; ; first += stride) {
      const dying = faultyFiles(nodeFiles, { at: first, mode: 'kill' });
      await ended(machine.apply(dying, after));
      if (dying.count() < first) break;
      for (let second = 1; ; second += stride) {
        const files = faultyFiles(nodeFiles, { at: second, mode });
        await ended(machine.recover(files));
        await expectOldOrNew(`killed at effect ${first}, the recovery at its ${second}`);
        if (files.count() < second) break;
        await ended(machine.apply(faultyFiles(nodeFiles, { at: first, mode: 'kill' }), after));
      }
    }
  });

  it('wherever they fall, on the way there and on the way back', async () => {
    await machine.apply(nodeFiles, before);
    const at = fc.integer({ min: 1, max: 70 });
    const mode = fc.constantFrom(...modes);
    await fc.assert(
      fc.asyncProperty(at, mode, at, mode, fc.boolean(), async (first, firstMode, second, secondMode, back) => {
        if (back) await machine.apply(nodeFiles, after);
        const files = faultyFiles(faultyFiles(nodeFiles, { at: first, mode: firstMode }), { at: second, mode: secondMode });
        await ended(back ? machine.rollback(files) : machine.apply(files, after));
        await ended(machine.recover(faultyFiles(nodeFiles, { at: second, mode: secondMode })));
        await expectOldOrNew(`${back ? 'rollback' : 'apply'}`);
      }),
      { numRuns: sampleSize({ here: 20, inCi: 50, long: 3000 }) },
    );
  });
});

it('what was due before an apply is nobody’s to run, also where the next command had to finish that apply', async () => {
  const job = (argument: string) =>
    eventJob('counted', argument, {
      trigger: { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' },
      retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
    });
  const completed = new Set<number>();
  for (let at = 1; ; at++) {
    await machine.apply(nodeFiles, [job('before')]);
    machine.clock += 86_400;
    const files = faultyFiles(nodeFiles, { at, mode: 'kill' });
    await ended(machine.apply(files, [job('after')]));
    const recovery = await machine.recover();
    if (files.count() < at) break;
    if (recovery?.outcome !== 'completed') continue;
    completed.add(at);
    expect(readHandled(nodeFiles, machine.layout, job('')), `killed at effect ${at}`).toBe(machine.clock);
  }
  expect(completed.size).toBeGreaterThan(3);
});

it('a generation that was never installed, because its apply died first, is not one to go back to', async () => {
  await machine.apply(nodeFiles, before);
  const written = (): boolean => nodeFiles.facts(`${machine.layout.generations}/2.json`) !== undefined;
  let dead = false;
  const dying = {
    ...nodeFiles,
    write(...input: Parameters<typeof nodeFiles.write>): void {
      if (!dead) nodeFiles.write(...input);
      dead ||= written();
      if (dead) throw new Error('killed');
    },
  };
  await expect(machine.apply(dying, after)).rejects.toThrow('killed');
  await machine.recover();
  expect([written(), await machine.has(before)]).toEqual([true, true]);
  const to = { kind: 'generation', number: 2 } as const;
  await expect(machine.rollback(nodeFiles, to)).rejects.toMatchObject({ code: 'ROTA_GENERATION_UNKNOWN' });
  await expect(machine.rollback(nodeFiles)).rejects.toMatchObject({ code: 'ROTA_GENERATION_UNKNOWN' });
  expect(await machine.has(before)).toBe(true);
});

it('an apply that is done is no failure because an old generation cannot be read, and what that one may need is kept', async () => {
  const job = (argument: number) => [
    eventJob('counted', String(argument), { retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 } }),
  ];
  for (let number = 1; number < 20; number++) await machine.apply(nodeFiles, job(number));
  nodeFiles.write(`${machine.layout.generations}/5.json`, '{"torn');
  await machine.apply(nodeFiles, job(20));
  expect(await machine.has(job(20))).toBe(true);
  expect(nodeFiles.list(machine.layout.launchFiles)).toHaveLength(20);
});
