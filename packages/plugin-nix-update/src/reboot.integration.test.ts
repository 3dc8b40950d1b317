import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type MachineFacts, type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

const hour = 3_600_000;
/** `HH:MM`, so many hours from now, on the clock of the machine. */
const clockIn = (hours: number): string => new Date(Date.now() + hours * hour).toISOString().slice(11, 16);

describe('an update with another kernel', () => {
  let machine: NixMachine;
  let before: MachineFacts;
  beforeAll(async () => {
    machine = await nixMachine('nix-reboot');
    await machine.sh('ln -sfn /usr/share/zoneinfo/UTC /etc/localtime');
  });
  beforeEach(async () => {
    await machine.reset();
    before = await machine.facts();
  });

  /** Equal ends are the whole day. */
  const always = { rebootWindow: { lower: '00:00', upper: '00:00' } };
  const withOptions = (options: object) => ({
    cause: 'scheduled' as const,
    options: { ...machine.options, autoReboot: true, ...always, ...options },
  });
  const announced = async (): Promise<boolean> =>
    (await machine.exec('test', ['-e', '/run/systemd/shutdown/scheduled'])).exitCode === 0;
  const reboots = (commands: readonly string[] = []): number =>
    commands.filter((command) => command.startsWith('shutdown -r')).length;

  test('waits for its window, reboots once in it, and verifies what has booted', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const later = withOptions({ rebootWindow: { lower: clockIn(2), upper: clockIn(3) } });
    const [report] = await machine.update(later);
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    expect([reboots(report?.commands), await announced()]).toEqual([0, false]);

    const [inWindow] = await machine.update({ ...later, clockOffsetMs: 2.5 * hour });
    expect(inWindow).toMatchObject({ status: 'unchanged', reboot: 'scheduled' });
    expect([reboots(inWindow?.commands), await announced()]).toEqual([1, true]);

    await machine.reboot();
    expect(await machine.sh('readlink /run/booted-system')).toBe(report?.to);
    const reports = await machine.update(withOptions({}));
    expect(reports).toMatchObject([
      { kind: 'verification', status: 'updated', to: report?.to },
      { kind: 'update', status: 'unchanged', reboot: 'not-needed' },
    ]);
    // Once is enough.
    expect(await machine.update(withOptions({}))).toMatchObject([{ kind: 'update', status: 'unchanged' }]);
  });

  test('that boots something else is reported, remembered as bad, and what boots is put back', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [report] = await machine.update();
    expect(report).toMatchObject({ reboot: 'pending' });
    await machine.sh(`echo ${before.current} >/var/lib/machine/boots-instead`);
    await machine.reboot();
    const reports = await machine.update();
    expect(reports).toMatchObject([
      {
        kind: 'verification',
        status: 'rolled-back',
        failure: { class: 'boot', message: expect.stringContaining(before.current) },
      },
      { status: 'deferred', failure: { class: 'bad-revision' } },
    ]);
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.current,
      profile: before.profile,
    });
  });

  test('that boots but is not well then goes back to the system before', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.reboot();
    const [report] = await machine.update({ options: { ...machine.options, requiredServices: ['app', 'nobody'] } });
    expect(report).toMatchObject({ kind: 'verification', status: 'rolled-back', failure: { class: 'health' } });
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.current,
      profile: before.profile,
    });
  });

  test('with `operation: boot` is the default, not active, and verified after the boot', async () => {
    await machine.publish({ version: '2' });
    const boot = withOptions({ operation: 'boot', autoReboot: false });
    const [report] = await machine.update(boot);
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    const after = await machine.facts();
    expect(after).toMatchObject({
      current: before.current,
      bootDefault: report?.to,
      profile: report?.to,
      journal: [`boot ${report?.to}`],
    });
    await machine.reboot();
    expect(await machine.update(boot)).toMatchObject([{ kind: 'verification', status: 'updated' }, { status: 'unchanged' }]);
  });

  test('that a person started leaves the reboot to the person', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [report] = await machine.update({ ...withOptions({}), cause: 'manual' });
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    expect([reboots(report?.commands), await announced()]).toEqual([0, false]);
  });

  test('cancels an announced reboot when the target goes back to what is booted', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'updated', reboot: 'scheduled' }]);
    expect(await announced()).toBe(true);
    await machine.publish({ version: '3' });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'updated', reboot: 'not-needed' }]);
    expect(await announced()).toBe(false);
  });
});
