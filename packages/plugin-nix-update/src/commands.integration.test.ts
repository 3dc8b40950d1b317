import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { type NixMachine, nixMachine } from './testing/nix-machine.ts';
import { installRotaNix, type RotaNix } from './testing/rota-nix.ts';

const describe = requirePart(testMachinePart);

describe('rota nix', () => {
  let machine: NixMachine;
  beforeAll(async () => {
    machine = await nixMachine('nix-command');
    ({ rota, json, declare } = await installRotaNix(machine));
  });
  let rota: RotaNix['rota'];
  let json: RotaNix['json'];
  let declare: RotaNix['declare'];
  beforeEach(async () => {
    await machine.reset();
    await declare(machine.options);
  });

  /** Everything that a program could have left behind: every file of the disk and of /run, with size, time, link and mode. */
  const everything = async (): Promise<string> =>
    await machine.sh(
      "find / /run -xdev \\( -path /proc -o -path /sys -o -path /dev -o -path /tmp -o -path /var/log -o -path /run/systemd/journal -o -path /run/log -o -path /run/user \\) -prune -o -type f -printf '%p %s %T@ %m\\n' -o -type l -printf '%p %l\\n' | LC_ALL=C sort",
    );

  test('update --dry-run lists every command and changes nothing on the machine', async () => {
    await machine.publish({ version: '2' });
    const before = await everything();
    expect(before.split('\n').length).toBeGreaterThan(10_000);
    const { exitCode, stdout, stderr } = await rota('nix', 'update', '--dry-run');
    expect(exitCode, stderr).toBe(0);
    for (const part of [
      'nix flake update --flake /srv/conf',
      'switch-to-configuration test',
      'nix-env --profile',
      'switch-to-configuration boot',
    ])
      expect(stdout).toContain(part);
    expect(await json('nix', 'check')).toMatchObject({ ready: true, problems: [] });
    await rota('nix', 'status');
    expect(await everything()).toBe(before);
  });

  test('so it does with hooks, checks, a fleet, notices, commits and reboots', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    await machine.sh('git init -q --bare /srv/fleet.git');
    await declare({
      ...machine.options,
      autoReboot: true,
      rebootWindow: { lower: '00:00', upper: '00:00' },
      hostCanCommitConfig: true,
      requireRunning: true,
      preUpdateHooks: [{ command: ['touch', '/srv/hook-ran'] }],
      healthChecks: [{ command: ['touch', '/srv/check-ran'] }, { tcp: '127.0.0.1:1' }],
      fleet: { repository: '/srv/fleet.git' },
      notify: { command: ['touch', '/srv/notice-ran'] },
    });
    const before = await everything();
    const { dryRun, commands } = await json('nix', 'update', '--dry-run');
    expect(await everything()).toBe(before);
    expect(dryRun).toBe(true);
    const listed = commands.map(({ step, command }: { step: string; command: string }) => `${step}: ${command}`);
    for (const one of [
      'hooks: touch /srv/hook-ran',
      'health: touch /srv/check-ran',
      'rollback: touch /srv/check-ran',
      'notice: touch /srv/notice-ran',
      'preconditions: systemctl is-system-running',
      expect.stringMatching(/^update-lock: git .*fetch --quiet \/srv\/fleet\.git/),
      expect.stringMatching(/^notice: git .*push --quiet \/srv\/fleet\.git HEAD:refs\/heads\/rota-fleet$/),
      expect.stringMatching(/^update-lock: git .*commit .*-- flake\.lock$/),
      expect.stringMatching(/^keep-lock: git .*merge --quiet --ff-only COMMIT$/),
      expect.stringMatching(/^reboot: shutdown -r \+2 /),
    ])
      expect(listed).toContainEqual(one);
    await machine.sh('rm -rf /srv/fleet.git');
  });

  test('update, status, history, reboot-needed and rollback tell one story', async () => {
    await machine.publish({ version: '2', kernel: '6.2' });
    const first = await machine.facts();
    const { reports } = await json('nix', 'update');
    expect(reports).toMatchObject([{ status: 'updated', reboot: 'pending' }]);
    expect(await json('nix', 'reboot-needed')).toMatchObject({ needed: true, reasons: expect.arrayContaining(['kernel']) });
    expect((await rota('nix', 'reboot-needed')).exitCode).toBe(2);
    expect(await json('nix', 'status')).toMatchObject({
      system: { current: reports[0].to, default: reports[0].to, booted: first.current },
      last: { status: 'updated' },
      statistics: { runs: 1 },
    });
    const { log } = await json('nix', 'status');
    expect(log).toHaveLength(10);
    expect(log.at(-1)).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ: update - updated \(\/nix\/store\/.*\)$/);

    // Without a config that can be loaded.
    await machine.sh('echo "this is no config" >/root/homelab/jobs.config.mjs');
    const back = await json('nix', 'rollback', '--yes');
    expect(back).toMatchObject({ kind: 'rollback', status: 'rolled-back', from: reports[0].to, to: first.current });
    expect(await machine.facts()).toMatchObject({ current: first.current, bootDefault: first.current, profile: first.current });
    expect((await json('nix', 'history')).runs).toMatchObject([{ kind: 'update' }, { kind: 'rollback' }]);
    expect(await json('nix', 'status')).toMatchObject({ badRevisions: [{ path: reports[0].to }], reboot: { needed: false } });
  });

  test('rollback leaves a system that is only tested for what boots, and not for what was before that', async () => {
    await machine.publish({ version: '2' });
    const [made] = (await json('nix', 'update')).reports;
    await machine.sh(`sed -i 's/"enable":true/"enable":true,"operation":"test"/' /root/homelab/jobs.config.mjs`);
    await machine.publish({ version: '3' });
    const [tested] = (await json('nix', 'update')).reports;
    expect(await machine.facts()).toMatchObject({ current: tested.to, bootDefault: made.to, profile: made.to });
    const back = await json('nix', 'rollback', '--yes');
    expect(back).toMatchObject({ status: 'rolled-back', from: tested.to, to: made.to });
    expect(await machine.facts()).toMatchObject({ current: made.to, bootDefault: made.to, profile: made.to, generations: 2 });
    expect(await json('nix', 'status')).toMatchObject({ badRevisions: [{ path: tested.to }] });
  });

  test('an update is not disturbed by a rollback that begins meanwhile, which is refused, nor by an apply of the jobs', async () => {
    await machine.sh('mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/root; systemctl start user@0');
    const env = { XDG_RUNTIME_DIR: '/run/user/0', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus' };
    await machine.publish({ version: '2', slow: 6 });
    const running = json('nix', 'update');
    await machine.sh('for i in $(seq 300); do pgrep -x nix-store >/dev/null && exit 0; sleep 0.1; done; exit 1');
    const [back, applied] = await Promise.all([
      json('nix', 'rollback', '--yes'),
      machine.exec('rota', ['apply', '--yes', '--json'], { cwd: '/root/homelab', env }),
    ]);
    expect(back).toMatchObject({ error: { code: 'ROTA_LOCK_HELD' } });
    expect(JSON.parse(applied.stdout)).toMatchObject({ changes: [{ name: 'nix-update' }, { name: 'nix-update-verify' }] });
    const [report] = (await running).reports;
    expect(report).toMatchObject({ status: 'updated', warnings: [] });
    expect(await machine.facts()).toMatchObject({ current: report.to, bootDefault: report.to, profile: report.to });
    // A person goes back twice: to the system before, and no further, for what was left is bad.
    expect(await json('nix', 'rollback', '--yes')).toMatchObject({ status: 'rolled-back', to: report.from });
    expect(await json('nix', 'rollback', '--yes')).toMatchObject({ error: { code: 'ROTA_GENERATION_UNKNOWN' } });
    expect(await machine.facts()).toMatchObject({ current: report.from, bootDefault: report.from, profile: report.from });
    await machine.exec('rota', ['destroy', '--yes'], { cwd: '/root/homelab', env });
  });

  test('comes with a job: one line in the config installs the timer, which updates the machine', async () => {
    await machine.sh('mkdir -p /var/lib/systemd/linger; touch /var/lib/systemd/linger/root; systemctl start user@0');
    const environment = { XDG_RUNTIME_DIR: '/run/user/0', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/user/0/bus' };
    const plan = JSON.parse((await machine.exec('rota', ['plan', '--json'], { cwd: '/root/homelab', env: environment })).stdout);
    expect(plan.changes, JSON.stringify(plan)).toMatchObject([
      {
        action: 'create',
        name: 'nix-update',
        fidelity: 'exact',
        features: {
          persistent: 'native',
          randomizedDelay: 'native',
          'resources.memoryMax': 'native',
          'resources.cpuQuota': 'native',
        },
      },
      { action: 'create', name: 'nix-update-verify' },
    ]);
    const applied = await machine.exec('rota', ['apply', '--yes', '--json'], { cwd: '/root/homelab', env: environment });
    expect(applied.exitCode, applied.stdout + applied.stderr).toBe(0);
    const unit = await machine.output(
      'systemctl',
      ['--user', 'cat', 'rota.default.home.nix-update.service', 'rota.default.home.nix-update.timer'],
      { env: environment },
    );
    for (const line of [
      'MemoryMax=2G',
      'CPUQuota=50%',
      'Persistent=yes',
      'RandomizedDelaySec=1800000ms',
      'FixedRandomDelay=yes',
      'OnCalendar=*-*-* 02:00:00',
    ])
      expect(unit).toContain(line);
    await machine.publish({ version: '2' });
    const run = await machine.exec('rota', ['run', 'nix-update', '--json'], {
      cwd: '/root/homelab',
      env: environment,
      timeoutMs: 120_000,
    });
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect((await json('nix', 'status')).last).toMatchObject({ status: 'updated', cause: 'scheduled' });
    await machine.exec('rota', ['destroy', '--yes'], { cwd: '/root/homelab', env: environment });
  });

  test('an update that takes rota and node from the machine is checked and finished all the same', async () => {
    await machine.publish({ version: '2' });
    await machine.sh(`echo 'mv /opt/rota /opt/rota-gone; mv /usr/bin/node /usr/bin/node-gone' >/var/lib/machine/after-test`);
    const { stdout, stderr, exitCode } = await rota('nix', 'update', '--json');
    await machine.sh('mv /opt/rota-gone /opt/rota; mv /usr/bin/node-gone /usr/bin/node');
    expect(exitCode, stdout + stderr).toBe(0);
    const [report] = JSON.parse(stdout).reports;
    expect(report).toMatchObject({ status: 'updated', warnings: [] });
    expect(await machine.facts()).toMatchObject({ current: report.to, bootDefault: report.to, profile: report.to });
  });

  test('rollback to what is no system, or was collected as garbage, is refused and changes nothing', async () => {
    await machine.publish({ version: '2' });
    const { reports } = await json('nix', 'update');
    const before = await machine.facts();
    const refused = async (...to: readonly string[]) => {
      expect(await json('nix', 'rollback', '--yes', ...to)).toMatchObject({ error: { code: 'ROTA_GENERATION_UNKNOWN' } });
      expect(await machine.facts()).toEqual(before);
    };
    for (const to of ['/etc', '999', '/nix/store/nothing-here', '-x']) await refused(`--to=${to}`);
    // Somebody frees the disk by hand, and all that could be gone back to is gone.
    await machine.sh(`rm /root/.local/state/rota/nix-update/rollback-target
      nix-env -p /nix/var/nix/profiles/system --delete-generations 1; nix-store --gc >/dev/null; ! test -e "$(cat /var/lib/machine/first)"`);
    const { generations: _, ...same } = before;
    expect(await json('nix', 'rollback', '--yes')).toMatchObject({ error: { code: 'ROTA_GENERATION_UNKNOWN' } });
    expect(await machine.facts()).toMatchObject({ ...same, generations: 1 });
    expect(await json('nix', 'status')).toMatchObject({ badRevisions: [], system: { default: reports[0].to } });
    expect(await json('nix', 'update')).toMatchObject({ reports: [{ status: 'unchanged' }] });
    await machine.sh(
      'cd /srv/conf; nix build --no-link "git+file:///srv/conf?ref=refs/tags/first#nixosConfigurations.host.config.system.build.toplevel"',
    );
  });
});
