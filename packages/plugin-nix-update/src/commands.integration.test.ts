import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, beforeEach, expect, test } from 'vitest';
import { installRota } from './testing/install-rota.ts';
import { type NixMachine, nixMachine } from './testing/nix-machine.ts';

const describe = requirePart(testMachinePart);

describe('rota nix', () => {
  let machine: NixMachine;
  beforeAll(async () => {
    machine = await nixMachine('nix-command');
    await installRota(machine);
  });
  beforeEach(async () => {
    await machine.reset();
    const options = JSON.stringify(machine.options);
    const config = `import { nixUpdate } from '/opt/rota/node_modules/@rota/plugin-nix-update/index.js';
export default { tenant: 'home', backend: 'systemd', plugins: [nixUpdate(${options})] };\n`;
    await machine.output('sh', ['-ec', 'mkdir -p /root/homelab; cat >/root/homelab/jobs.config.mjs'], { input: config });
  });

  const rota = async (...args: readonly string[]) =>
    await machine.exec('rota', args, { cwd: '/root/homelab', timeoutMs: 120_000 });
  const json = async (...args: readonly string[]) => {
    const { stdout, stderr } = await rota(...args, '--json');
    if (stdout === '')
      throw new Error(`rota ${args.join(' ')} printed nothing:
${stderr}`);
    return JSON.parse(stdout);
  };

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
});
