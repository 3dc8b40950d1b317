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
    expect(await machine.sh('readlink /run/booted-system')).not.toBe(before.current);
    const [report] = await machine.update({ options: { ...machine.options, requiredServices: ['app', 'nobody'] } });
    // What was sent back is the kernel that runs: only another boot ends that.
    expect(report).toMatchObject({
      kind: 'verification',
      status: 'rolled-back',
      failure: { class: 'health' },
      reboot: 'pending',
    });
    expect(report?.to).toBe(await machine.sh('readlink /run/booted-system'));
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.current,
      profile: before.profile,
    });
  });

  test('that boots but is not well, and whose rollback fails, is gone back from by the next run, and waits for another boot', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [bad] = await machine.update();
    await machine.reboot();
    await machine.sh('cd /var/lib/machine; echo 1 >rc-boot; echo 1 >rc-test; echo "Pre-switch checks failed" >says-test');
    const unwell = { options: { ...machine.options, requiredServices: ['app', 'nobody'] } };
    expect(await machine.update(unwell)).toMatchObject([{ kind: 'verification', status: 'rollback-failed' }]);
    await machine.sh('rm /var/lib/machine/rc-boot');
    // The old system refuses to be active beside the new kernel; it boots next.
    expect(await machine.update()).toMatchObject([
      { kind: 'recovery', status: 'rolled-back', reboot: 'pending' },
      { kind: 'update', status: 'deferred', failure: { class: 'bad-revision' }, reboot: 'pending' },
    ]);
    expect(await machine.facts()).toMatchObject({
      current: bad?.to,
      bootDefault: before.current,
      profile: before.profile,
    });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'deferred', reboot: 'scheduled' }]);
    await machine.reboot();
    expect(await machine.update()).toMatchObject([
      { kind: 'verification', status: 'updated', to: before.current },
      { status: 'deferred', reboot: 'not-needed' },
    ]);
  });

  test('that boots but is not well, and boots again since its rollback is cut off before the boot entry, does not run on', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [bad] = await machine.update();
    await machine.reboot();
    const unwell = { options: { ...machine.options, requiredServices: ['app', 'nobody'] } };
    expect((await machine.start({ ...unwell, killAfter: 'nix-env --profile' })).exitCode).toBe(137);
    expect(await machine.facts()).toMatchObject({ bootDefault: bad?.to, profile: before.profile });
    await machine.reboot({ hard: true });
    expect((await machine.facts()).current).toBe(bad?.to);
    expect(await machine.update()).toMatchObject([
      { kind: 'recovery', status: 'rolled-back', reboot: 'pending' },
      { kind: 'update', status: 'deferred', failure: { class: 'bad-revision' }, reboot: 'pending' },
    ]);
    expect(await machine.facts()).toMatchObject({
      current: before.current,
      bootDefault: before.current,
      profile: before.profile,
    });
  });

  test('leaves a person alone who made another system the default before the reboot', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.publish({ version: '3', kernel: '6.2' });
    const own = await machine.sh(`cd /srv/conf
system=$(nix build --no-link --print-out-paths --override-input dep git+file:///srv/dep --no-write-lock-file .#nixosConfigurations.host.config.system.build.toplevel)
nix-env -p /nix/var/nix/profiles/system --set "$system"
"$system/bin/switch-to-configuration" switch
echo "$system"`);
    await machine.reboot();
    expect(await machine.update()).toMatchObject([{ kind: 'update', status: 'unchanged', to: null }]);
    expect(await machine.facts()).toMatchObject({ current: own, bootDefault: own, profile: own });
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toMatch(/reboot.json|bad-revisions/);
  });

  test('after another one that has not booted yet goes back behind both, to what has booted', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.publish({ version: '3', kernel: '6.3' });
    const [second] = await machine.update();
    expect(second).toMatchObject({ status: 'updated', reboot: 'pending' });
    // Somebody tidies up before the reboot: no generation holds it any more.
    await machine.sh('nix-collect-garbage -d 2>/dev/null');
    expect((await machine.facts()).generations).toBe(1);
    await machine.sh(`echo ${before.current} >/var/lib/machine/boots-instead`);
    await machine.reboot();
    expect(await machine.update()).toMatchObject([
      { kind: 'verification', status: 'rolled-back', to: second?.to, failure: { class: 'boot' } },
      { status: 'deferred' },
    ]);
    expect(await machine.facts()).toMatchObject({ bootDefault: before.current, profile: before.profile });
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

  test('gets its reboot also when the next updates fail, or put themselves off after they have taken its announcement back', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.publish({ version: '3', evalError: true });
    const failed = { status: 'failed', failure: { class: 'evaluation' } };
    expect(await machine.update(withOptions({}))).toMatchObject([{ ...failed, reboot: 'scheduled' }]);
    expect(await announced()).toBe(true);

    await machine.publish({ version: '4', kernel: '6.3' });
    await machine.sh('cd /var/lib/machine; echo 1 >rc-test; echo "Could not acquire lock" >says-test');
    const [deferred] = await machine.update(withOptions({ activationTimeout: '1s' }));
    expect(deferred).toMatchObject({ status: 'deferred', step: 'activate', reboot: 'scheduled' });
    expect(deferred?.commands).toContain('shutdown -c');
    expect(await announced()).toBe(true);

    await machine.publish({ version: '5', evalError: true });
    await machine.sh(
      `shutdown -c; nix-env -p /nix/var/nix/profiles/system --set ${deferred?.to}; ${deferred?.to}/bin/switch-to-configuration boot`,
    );
    // What a person has made the default meanwhile is not rebooted into for it.
    expect(await machine.update(withOptions({}))).toMatchObject([failed]);
    expect(await announced()).toBe(false);
  });

  test('that a person started leaves the reboot to the person', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [report] = await machine.update({ ...withOptions({}), cause: 'manual' });
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    expect([reboots(report?.commands), await announced()]).toEqual([0, false]);
  });

  test('is not cut off by the reboot that the one before has announced: that is decided anew', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'updated', reboot: 'scheduled' }]);
    await machine.publish({ version: '3', kernel: '6.3' });
    const at = { moment: 'activate:started', run: 'test ! -e /run/systemd/shutdown/scheduled' };
    const [report] = await machine.update({ ...withOptions({}), at });
    expect(report).toMatchObject({ status: 'updated', reboot: 'scheduled' });
    expect(await announced()).toBe(true);
    await machine.publish({ version: '4', kernel: '6.4' });
    // A person's own update leaves it to the person.
    expect(await machine.update({ ...withOptions({}), cause: 'manual', at })).toMatchObject([
      { status: 'updated', reboot: 'pending' },
    ]);
    expect(await announced()).toBe(false);
  });

  test('announces its reboot anew when the clock was set back since, and not again when it was not', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'updated', reboot: 'scheduled' }]);
    const instant = async (): Promise<string> => await machine.sh('grep USEC /run/systemd/shutdown/scheduled');
    const first = await instant();
    const [same] = await machine.update(withOptions({}));
    expect([same?.reboot, reboots(same?.commands), await instant()]).toEqual(['scheduled', 0, first]);
    // What was two minutes away is a year away.
    const [again] = await machine.update({ ...withOptions({}), clockOffsetMs: -365 * 24 * hour });
    expect([again?.reboot, reboots(again?.commands), await announced()]).toEqual(['scheduled', 1, true]);
    expect(await instant()).not.toBe(first);
  });

  test('leaves what a person has announced in place of its reboot alone, and says so: nothing reboots before', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update(withOptions({}))).toMatchObject([{ status: 'updated', reboot: 'scheduled' }]);
    const schedule = async (): Promise<string> => await machine.sh('cat /run/systemd/shutdown/scheduled');
    for (const [option, mode] of [
      ['-r', 'reboot'],
      ['-P', 'poweroff'],
    ] as const) {
      await machine.sh(`shutdown ${option} +180`);
      const own = await schedule();
      const warnings = [expect.stringContaining(`Somebody has announced ${mode}`)];
      const left = { reboot: 'pending', warnings };
      const reports = [
        ...(await machine.update(withOptions({}))),
        ...(await machine.update({ ...withOptions({}), clockOffsetMs: -hour })),
      ];
      expect(reports).toMatchObject([left, left]);
      // Another update deploys beside it.
      await machine.publish({ version: `of-${mode}`, kernel: '6.3' });
      const [update] = await machine.update(withOptions({}));
      expect(update).toMatchObject({ status: 'updated', ...left });
      expect([...reports, update].flatMap((report) => report?.commands.filter((line) => line.startsWith('shutdown')))).toEqual(
        [],
      );
      expect(await schedule()).toBe(own);
    }
  });

  test('sent back for a lost network is no way back from the system before, which stays although the network is still away', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await machine.update()).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    await machine.reboot();
    const options = { ...machine.options, requireNetwork: true, healthChecks: [{ tcp: '192.0.2.1:80' }] };
    const lost = async () => await machine.updateIn(['unshare', '--net'], { options });
    const deferred = { kind: 'update', status: 'deferred' };
    const network = { kind: 'verification', failure: { class: 'network' } };
    expect(await lost()).toMatchObject([{ ...network, status: 'rolled-back', reboot: 'pending' }, deferred]);
    const back = { current: before.current, bootDefault: before.current, profile: before.profile };
    expect(await machine.facts()).toMatchObject(back);
    await machine.reboot();
    expect(await lost()).toMatchObject([{ ...network, status: 'failed', to: before.current, reboot: 'not-needed' }, deferred]);
    expect(await machine.facts()).toMatchObject(back);
    expect(await machine.sh('ls /root/.local/state/rota/nix-update')).not.toMatch(/reboot.json|bad-revisions/);
    expect(await machine.update()).toMatchObject([{ kind: 'update', status: 'updated', reboot: 'pending' }]);
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
