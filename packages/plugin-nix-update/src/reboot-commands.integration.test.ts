import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type NixMachine, nixMachine } from './testing/nix-machine.ts';
import { installRotaNix, type RotaNix } from './testing/rota-nix.ts';

const describe = requirePart(testMachinePart);

const hour = 3_600_000;
const clockIn = (hours: number): string => new Date(Date.now() + hours * hour).toISOString().slice(11, 16);
const open = { lower: '00:00', upper: '00:00' };
const closed = (): { lower: string; upper: string } => ({ lower: clockIn(2), upper: clockIn(3) });
const session = { XDG_RUNTIME_DIR: '/run/user/0', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus' };

describe('the commands around a reboot', () => {
  let machine: NixMachine;
  let rota: RotaNix['rota'];
  let json: RotaNix['json'];
  let declare: RotaNix['declare'];
  beforeAll(async () => {
    machine = await nixMachine('nix-reboot-command');
    await machine.sh('ln -sfn /usr/share/zoneinfo/UTC /etc/localtime');
    ({ rota, json, declare } = await installRotaNix(machine));
  });
  beforeEach(async () => {
    await machine.reset();
  });

  const inWindow = async (rebootWindow: object): Promise<void> =>
    await declare({ ...machine.options, autoReboot: true, rebootWindow } as typeof machine.options);
  /** An update that waits for a boot. */
  const updated = async (): Promise<string> => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const [report] = (await json('nix', 'update')).reports;
    expect(report).toMatchObject({ status: 'updated', reboot: 'pending' });
    return report.to;
  };
  const announced = async (): Promise<boolean> =>
    (await machine.exec('test', ['-e', '/run/systemd/shutdown/scheduled'])).exitCode === 0;
  const waiting = async (): Promise<string | null> => (await json('nix', 'reboot-needed')).state;

  test('reboot announces it in the window only; --cancel takes it back, and no other run forgets that it is announced', async () => {
    await inWindow(open);
    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'not-due', reason: 'No update waits for a reboot.' });
    await updated();
    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'scheduled', reason: expect.stringContaining('kernel') });
    expect([await announced(), await waiting()]).toEqual([true, 'scheduled']);
    // A person's update does not reboot by itself, and this one is still to come.
    expect((await json('nix', 'update')).reports).toMatchObject([{ status: 'unchanged', reboot: 'scheduled' }]);
    expect([await announced(), await waiting()]).toEqual([true, 'scheduled']);
    expect(await json('nix', 'reboot', '--cancel')).toMatchObject({ outcome: 'cancelled' });
    expect([await announced(), await waiting()]).toEqual([false, 'pending']);
    expect(await json('nix', 'reboot', '--cancel')).toMatchObject({ outcome: 'not-due' });

    await inWindow(closed());
    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'not-due', reason: 'The reboot window is closed.' });
    await inWindow(open);
    await machine.sh(
      'first=$(cat /var/lib/machine/first); nix-env -p /nix/var/nix/profiles/system --set $first; $first/bin/switch-to-configuration boot',
    );
    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'not-due', reason: expect.stringContaining('Somebody') });
    expect([await announced(), await waiting()]).toEqual([false, 'pending']);
  });

  test('an announced reboot comes neither during a rollback nor while a cut-off update is ended', async () => {
    const look = `echo 'if [ -e /run/systemd/shutdown/scheduled ]; then echo announced; else echo quiet; fi >>/var/lib/machine/seen' >/var/lib/machine/after-test`;
    const seen = async (): Promise<string> => await machine.sh('cat /var/lib/machine/seen; rm /var/lib/machine/seen');
    await inWindow(open);
    await updated();
    await machine.publish({ version: '3', kernel: '6.3' });
    expect((await machine.start({ killAt: 'activate:done' })).exitCode).toBe(137);
    // A person asks for the reboot that the first update waits for.
    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'scheduled' });
    await machine.sh(look);
    expect((await json('nix', 'verify')).reports).toMatchObject([{ kind: 'recovery', status: 'rolled-back' }]);
    expect(await seen()).toBe('quiet');

    expect(await json('nix', 'reboot')).toMatchObject({ outcome: 'scheduled' });
    await machine.sh(look);
    expect(await json('nix', 'rollback', '--yes')).toMatchObject({ status: 'rolled-back', reboot: 'not-needed' });
    expect([await seen(), await announced()]).toEqual(['quiet', false]);
  });

  test('reboot --now reboots whatever the window, and never again for the same update, also when nobody looks after the boot; verify does, once', async () => {
    await inWindow(closed());
    const to = await updated();
    // The machine may be down before the command has answered.
    await rota('nix', 'reboot', '--now', '--yes');
    await expect.poll(async () => (await machine.exec('true')).exitCode, { timeout: 60_000 }).not.toBe(0);
    await machine.reboot();
    expect(await machine.sh('readlink /run/booted-system')).toBe(to);

    await inWindow(open);
    for (const way of [[], ['--now', '--yes']])
      expect(await json('nix', 'reboot', ...way)).toMatchObject({
        outcome: 'not-due',
        reason: expect.stringContaining('rota nix verify'),
      });
    expect([await announced(), (await json('nix', 'status')).reboot.verified]).toEqual([false, false]);
    expect(await json('nix', 'verify')).toMatchObject({ reports: [{ kind: 'verification', status: 'updated', to }] });
    expect(await json('nix', 'verify')).toMatchObject({ reports: [] });
    expect(await waiting()).toBeNull();
  });

  test('update --emergency does not wait for the least uptime, and reboots with --reboot-now alone, at once, whatever the window', async () => {
    await declare({ ...machine.options, autoReboot: true, rebootWindow: closed(), minUptime: '1000h' });
    await machine.publish({ version: '2', kernel: '6.2' });
    expect(await json('nix', 'check')).toMatchObject({ ready: false });
    expect((await json('nix', 'update')).reports).toMatchObject([{ status: 'deferred', failure: { class: 'precondition' } }]);
    expect(await json('nix', 'update', '--reboot-now')).toMatchObject({ error: { code: 'ROTA_USAGE' } });
    expect((await json('nix', 'update', '--emergency')).reports).toMatchObject([
      { status: 'updated', cause: 'emergency', reboot: 'pending' },
    ]);
    expect(await announced()).toBe(false);
    await machine.publish({ version: '3', kernel: '6.3' });
    await rota('nix', 'update', '--emergency', '--reboot-now');
    await expect.poll(async () => (await machine.exec('true')).exitCode, { timeout: 60_000 }).not.toBe(0);
    await machine.reboot();
    expect(await machine.sh('cat /run/booted-system/nixos-version')).toBe('3');
    expect(await json('nix', 'verify')).toMatchObject({ reports: [{ kind: 'verification', status: 'updated' }] });
  });

  test('the job of the boot looks by itself whether what booted is well, and goes back', async () => {
    await machine.sh('mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/root; systemctl start user@0');
    await inWindow(closed());
    const applied = await machine.exec('rota', ['apply', '--yes', '--json'], { cwd: '/root/homelab', env: session });
    expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
    const to = await updated();
    await machine.sh('cp /var/lib/machine/first /var/lib/machine/boots-instead');
    await machine.reboot({ hard: true });
    await expect
      .poll(async () => (await json('nix', 'history')).runs.at(-1), { timeout: 60_000 })
      .toMatchObject({ kind: 'verification', status: 'rolled-back', to, failure: { class: 'boot' } });
    const first = await machine.sh('cat /var/lib/machine/first');
    expect(await machine.facts()).toMatchObject({ current: first, bootDefault: first, profile: first });
    expect((await rota('nix', 'verify')).exitCode).toBe(0);
    await machine.exec('rota', ['destroy', '--yes'], { cwd: '/root/homelab', env: session });
  });

  test('the window that opens, and the look after the boot, while an update is under way are no failed units that would be held against it', async () => {
    await inWindow(open);
    await machine.publish({ version: '2' });
    const run = (unit: string, what: string): string =>
      `systemd-run --quiet --wait --unit=${unit} --working-directory=/root/homelab --setenv=HOME=/root --setenv=PATH=/usr/local/bin:/usr/bin:/bin rota nix ${what} || true`;
    await machine.output('sh', ['-ec', 'cat >/var/lib/machine/after-test'], {
      input: [run('window-opens', 'reboot'), run('boot-is-looked-at', 'verify')].join('\n'),
    });
    expect((await json('nix', 'update')).reports).toMatchObject([{ status: 'updated', failure: null }]);
    expect(
      await machine.sh('systemctl list-units --all --plain --no-legend window-opens.service boot-is-looked-at.service'),
    ).toBe('');
  });

  test('fleet shows what the hosts have published, and who of the inventory never has', async () => {
    await machine.sh('rm -rf /srv/fleet.git; git init -q --bare /srv/fleet.git');
    const hosts = [{ name: 'nix-reboot-command' }, { name: 'silent' }];
    await declare({ ...machine.options, fleet: { repository: '/srv/fleet.git' } }, { hosts });
    expect(await json('nix', 'fleet')).toMatchObject({ hosts: [], silent: ['nix-reboot-command', 'silent'] });
    await machine.publish({ version: '2', appRc: 1 });
    const [bad] = (await json('nix', 'update')).reports;
    await machine.publish({ version: '3' });
    const [good] = (await json('nix', 'update')).reports;
    expect(await json('nix', 'fleet')).toMatchObject({
      hosts: [
        {
          host: 'nix-reboot-command',
          status: 'updated',
          current: good.to,
          healthy: [{ lockDigest: good.lockDigest }],
          bad: [{ lockDigest: bad.lockDigest }],
        },
      ],
      silent: ['silent'],
    });
  });
});
