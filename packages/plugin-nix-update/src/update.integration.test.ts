import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

describe('an update of a machine by real nix', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-update');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  test('without a newer revision nothing is called and nothing changes', async () => {
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'unchanged', failure: null, reboot: 'not-needed' });
    expect(await machine.facts()).toEqual(before);
  });

  test('a good revision is tested, then made the default', async () => {
    await machine.publish({ version: '2' });
    const [report] = await machine.update();
    expect(report).toMatchObject({ status: 'updated', from: before.profile, failure: null });
    const after = await machine.facts();
    const target = report?.to;
    expect(after).toMatchObject({ current: target, bootDefault: target, profile: target, generations: 2 });
    expect(after.journal).toEqual([`test ${target}`, `boot ${target}`]);
  });
});
