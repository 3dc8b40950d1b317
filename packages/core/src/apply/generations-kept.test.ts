import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { eventJob, type FaultMachine, faultMachine } from './fault-machine.fixture.ts';
import { installedEntries } from './installed-entries.ts';

let machine: FaultMachine;
beforeEach(() => {
  machine = faultMachine();
});
afterEach(() => machine.dispose());

/** The runner does the retry, so that each content has a launch file of its own. */
const retry = { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 } as const;
const applied = (content: number) => machine.apply(nodeFiles, [eventJob('a', `${content}`, { retry })]);

it('the newest twenty generations are kept with all that they need, and one that was dropped is none to go back to', async () => {
  const held: string[] = [];
  for (let content = 1; content <= 45; content++) {
    await applied(content);
    held.push(JSON.stringify(machine.holds()));
  }
  const kept = listGenerations(nodeFiles, machine.layout);
  expect(kept).toEqual(Array.from({ length: 20 }, (_, index) => 26 + index));
  const needed = kept.flatMap((number) => readGeneration(nodeFiles, machine.layout, number)?.entries ?? []);
  const launchFiles = nodeFiles.list(machine.layout.launchFiles);
  expect(launchFiles).toEqual(expect.arrayContaining(needed.map(({ launchFile }) => launchFile)));
  // Those of dropped ones go with every twentieth generation.
  expect(launchFiles.length).toBeLessThanOrEqual(25);
  await expect(machine.rollback(nodeFiles, { kind: 'generation', number: 25 })).rejects.toMatchObject({
    code: 'ROTA_GENERATION_UNKNOWN',
    suggestions: [expect.stringContaining('Kept generations: 26, 27, ')],
  });
  await machine.rollback(nodeFiles, { kind: 'generation', number: 26 });
  expect(JSON.stringify(machine.holds())).toBe(held[25]);
  expect(listGenerations(nodeFiles, machine.layout).at(-1)).toBe(46);
});

it('a generation whose launch file is gone is none to go back to, and nothing is changed', async () => {
  await applied(1);
  const [first] = installedEntries(machine.host(), 'default');
  await applied(2);
  const before = machine.holds();
  rmSync(join(machine.layout.launchFiles, first?.launchFile ?? ''));
  await expect(machine.rollback(nodeFiles)).rejects.toMatchObject({
    code: 'ROTA_STATE_DAMAGED',
    message: expect.stringContaining('Nothing was changed.'),
  });
  expect(machine.holds()).toEqual(before);
});
