import { requirePart, type TestMachine, testMachine, testMachinePart } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { rota } from './migrate/two-machines.test-support.ts';

/**
 * Nobody starts either of them at a boot: the unit is not enabled, the other one is a process that a command leaves behind, and which needs what is
 * in the environment.
 */
const side = {
  name: 'side',
  running: ['sh', '-c', 'kill -0 "$(cat /run/side)"'],
  stop: ['sh', '-c', 'kill "$(cat /run/side)"; rm /run/side'],
  start: ['sh', '-c', 'test "$HOME" = /root || exit 1; setsid sleep infinity </dev/null >/dev/null 2>&1 & echo $! >/run/side'],
};
/** While /root/slow is there, it tells that it was reached, and does not end. */
const waits = ['sh', '-c', 'if test -e /root/slow; then : >/root/reached; exec sleep infinity; fi; echo dump'];
const state = {
  roots: [{ name: 'data', path: '/var/lib/app' }],
  databases: [{ kind: 'command', name: 'db', dump: waits }],
  stop: [{ unit: 'app.service', scope: 'system' }, side],
  hooks: { reissue: [waits] },
};
const asJob = 'systemd-run --quiet --wait --property=KillMode=mixed --setenv=HOME=/root --working-directory=/root/app';
const unit = '[Service]\nExecStart=/bin/sleep infinity\n';

requirePart(testMachinePart)('a machine that goes down while something stands still', () => {
  let machine: TestMachine;
  const sh = async (script: string) => await machine.output('sh', ['-ec', script], { timeoutMs: 300_000 });
  const bundle = async (...args: readonly string[]) => {
    const { stdout, stderr } = await machine.exec(rota, ['bundle', ...args, '--json'], { cwd: '/root/app', timeoutMs: 300_000 });
    expect(stdout, stderr).not.toBe('');
    return JSON.parse(stdout);
  };
  /** As a job of systemd, and with nobody waiting for it, until it stands still. */
  const begins = async (args: string) => {
    const job = 'systemd-run --quiet --collect --unit=begun --setenv=HOME=/root --working-directory=/root/app';
    await sh(`rm -f /root/reached; : >/root/slow; ${job} ${rota} bundle ${args}`);
    await sh('until test -e /root/reached; do sleep 0.1; done; ! systemctl is-active -q app; ! test -e /run/side');
  };
  const goesDown = async (args: string, options: { readonly hard: boolean }) => {
    await begins(args);
    await machine.reboot(options);
    await sh('rm /root/slow; until systemctl is-active -q app && kill -0 "$(cat /run/side)"; do sleep 0.2; done');
    // The guard has done what it was for.
    await sh('while find /etc/systemd/system -name "rota-*" | grep -q .; do sleep 0.2; done');
  };

  beforeAll(async () => {
    machine = await testMachine('goes-down');
    const job = {
      apiVersion: 'v1',
      kind: 'Job',
      metadata: { name: 'app', tenant: 'acme' },
      spec: { schedule: '0 3 * * *', command: '/bin/true', state },
    };
    await machine.output(
      'sh',
      [
        '-ec',
        'mkdir -p /root/app/jobs /var/lib/app; cat >/root/app/jobs/app.yaml; echo "manifests: [jobs]" >/root/app/jobs.config.yaml; echo first >/var/lib/app/note',
      ],
      { input: JSON.stringify(job) },
    );
    await machine.output('sh', ['-ec', 'cat >/etc/systemd/system/app.service; systemctl daemon-reload; systemctl start app'], {
      input: unit,
    });
    await machine.output('sh', ['-c', side.start[2] ?? '']);
  });

  test('in a capture: all of it runs again after the boot, and the next capture makes the one bundle', async () => {
    await goesDown('capture app', { hard: true });
    expect((await bundle('list')).bundles).toEqual([]);
    // As a job, which is ended as a whole; what it has started again is not.
    await sh(`${asJob} ${rota} bundle capture app`);
    await sh('systemctl is-active app; kill -0 "$(cat /run/side)"');
    expect((await bundle('list')).bundles).toMatchObject([{ outcome: 'ok' }]);
    expect(await sh('ls -A /root/.local/state/rota/namespaces/*/bundles/work')).toBe('');
  });

  test('in a restore, in order: what was there is there again, and the next restore is done', async () => {
    await sh('echo later >/var/lib/app/note');
    await goesDown('restore app latest --yes', { hard: false });
    expect(await sh('cat /var/lib/app/note')).toBe('later');
    expect(await bundle('restore', 'app', 'latest', '--discard-previous')).toMatchObject({ action: 'restore' });
    expect(await sh('cat /var/lib/app/note; systemctl is-active app; kill -0 "$(cat /run/side)"')).toBe('first\nactive');
    expect(await sh('ls -A /var/lib | grep -c rota-before || true')).toBe('0');
  });

  test('in a capture that is gone, with its guard: a job starts all of it again, and it outlives that job', async () => {
    await begins('capture app');
    await sh('systemctl kill -s KILL "rota-bundle-guard-*" begun; rm /root/slow; ! test -e /run/side');
    await sh(`${asJob} ${rota} bundle capture app`);
    await sh('systemctl is-active app; kill -0 "$(cat /run/side)"');
  });

  // The manager also ends what is started just then, more often than not; so several times.
  test.each([1, 2, 3, 4])('in a capture that its manager ends: all of it runs again at once (%d)', async () => {
    await begins('capture app');
    await sh('systemctl stop begun; rm /root/slow; systemctl is-active app; kill -0 "$(cat /run/side)"');
    await sh('! find /etc/systemd/system -name "rota-*" | grep .');
  });
});
