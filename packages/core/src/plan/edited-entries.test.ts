import { rmSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { applyPlan } from '../apply/apply-plan.ts';
import { eventJob, type FaultMachine, faultMachine } from '../apply/fault-machine.fixture.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { Job } from '../job/job.ts';

let machine: FaultMachine;
beforeEach(() => {
  machine = faultMachine();
});
afterEach(() => machine.dispose());

const here = [eventJob('a', '1')];
const there = [eventJob('a', '1', { backend: 'two' })];
const entry = 'one/default.rota.a.entry';
/** As a person does who wants another program. */
const byHand = (text: string): string => text.replace('/bin/echo', '/bin/mine');

async function applied(jobs: readonly Job[], repair = false): Promise<string> {
  const plan = await machine.plan(jobs, { repair });
  await applyPlan({ host: machine.host(), backends: machine.backends(), plan });
  const [{ action, reasons } = { action: 'nothing', reasons: [] }] = plan.changes;
  return `${action}: ${reasons.join()}`;
}

describe('an entry that somebody edited is not lost unasked', () => {
  it('by a move to another backend', async () => {
    await machine.apply(nodeFiles, here);
    machine.edit(entry, byHand);
    const mine = machine.holds();
    expect(await applied(there)).toBe('none: from one to two; waits for --repair');
    expect(machine.holds()).toEqual(mine);
    expect(await applied(there, true)).toBe('move: from one to two');
    expect(Object.keys(machine.holds())).toEqual(['one/foreign', 'two/default.rota.a.entry', 'two/foreign']);
  });

  it('that stands where a job is to go', async () => {
    await machine.apply(nodeFiles, there);
    machine.edit('two/default.rota.a.entry', byHand);
    rmSync(machine.layout.root, { recursive: true });
    await machine.apply(nodeFiles, here);
    const mine = machine.holds();
    expect(await applied(there)).toBe('none: from one to two; waits for --repair');
    expect(machine.holds()).toEqual(mine);
    expect(await applied(there, true)).toBe('move: from one to two');
    expect(await machine.has(there)).toBe(true);
  });

  it('because the state was lost', async () => {
    await machine.apply(nodeFiles, here);
    machine.edit(entry, byHand);
    rmSync(machine.layout.root, { recursive: true });
    const mine = machine.holds();
    expect(await applied(here)).toMatch(/^none: .* was edited by hand; waits for --repair$/);
    expect(await applied([])).toBe('none: no longer declared; edited by hand, so it stays until --repair');
    expect(machine.holds()).toEqual(mine);
    expect(await applied(here, true)).toMatch(/^update: /);
    expect(await machine.has(here)).toBe(true);
  });
});

it('an entry that somebody removed keeps its job from no move', async () => {
  await machine.apply(nodeFiles, here);
  machine.edit(entry, () => null);
  expect(await applied(there)).toBe('move: from one to two');
  expect(await machine.has(there)).toBe(true);
});
