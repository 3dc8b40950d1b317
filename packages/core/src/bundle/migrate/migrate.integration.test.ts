import { requirePart, testMachinePart } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { expectSchema } from '../../../../../examples/cli/src/testing/expect-schema.ts';
import { declareApp, type Machines, rota, seenOutside, twoMachines } from './two-machines.test-support.ts';

const long = process.env.ROTA_LONG === '1';
const megabytes = long ? 2000 : 60;

requirePart(testMachinePart)('a migration between two machines', () => {
  let machines: Machines;
  const migrate = async (...args: readonly string[]) => {
    const { old, fresh } = machines;
    const call = ['bundle', 'migrate', 'app', `root@${fresh.name}`, '--remote-command', rota, '--yes', '--json', ...args];
    const { stdout, stderr, exitCode } = await old.exec(rota, call, { cwd: '/root/app', timeoutMs: 900_000 });
    expect(stdout, stderr).not.toBe('');
    const printed = JSON.parse(stdout);
    expectSchema(exitCode === 0 ? 'bundle' : 'error', printed);
    return { exitCode, ...printed };
  };
  const active = async (machine: Machines['old']) => (await machine.exec('systemctl', ['is-active', 'app'])).stdout.trim();
  const rows = async (machine: Machines['old']) =>
    Number(await machine.output('sqlite3', ['/var/lib/app/app.db', 'SELECT max(n) FROM entry']));

  beforeAll(async () => {
    machines = await twoMachines('move', { megabytes, files: long ? 40 : 20 });
    await machines.client.output('systemd-run', ['--quiet', '--unit=client', 'python3', '/opt/client.py']);
    await machines.client.output('sh', ['-c', 'until test -s /root/answers; do sleep 0.2; done']);
  });

  test('is refused before anything stops when it would take longer than the budget', { timeout: 900_000 }, async () => {
    await declareApp(machines.old, { downtimeBudget: '3s' });
    const since = await machines.old.output('systemctl', ['show', '-p', 'ActiveEnterTimestampMonotonic', 'app']);
    const answer = await migrate();
    expect(answer).toMatchObject({ exitCode: 1, error: { code: 'ROTA_BUNDLE_BUDGET' } });
    expect(answer.error.message).toMatch(/would stand still for .* and its budget is 3\.0 s: .* is /);
    expect(await machines.old.output('systemctl', ['show', '-p', 'ActiveEnterTimestampMonotonic', 'app'])).toBe(since);
    expect(await machines.fresh.output('ls', ['-A', '/var/lib'])).not.toMatch(/rota-restore|^app$/m);
  });

  test('whose service does not get well there goes back, and nothing is lost', { timeout: 900_000 }, async () => {
    await declareApp(machines.old, { hooks: { health: [['test', '-e', '/etc/well']] }, healthTimeout: '2s' });
    const before = await rows(machines.old);
    const answer = await migrate();
    expect(answer).toMatchObject({ exitCode: 1, error: { code: 'ROTA_BUNDLE_MIGRATE' } });
    expect(answer.error.message).toContain('runs here again');
    expect(await active(machines.old)).toBe('active');
    expect(await active(machines.fresh)).toBe('inactive');
    expect(await rows(machines.old)).toBeGreaterThan(before);
    expect(await machines.fresh.output('ls', ['-A', '/var/lib'])).not.toMatch(/rota-restore|^app$/m);
  });

  test('moves the service within its forecast and a minute, as seen from outside, and leaves word', {
    timeout: 900_000,
  }, async () => {
    await declareApp(machines.old);
    const answer = await migrate();
    expect(answer.error).toBeUndefined();
    expect(answer).toMatchObject({ exitCode: 0, to: machines.fresh.name, forecast: { fits: true } });
    expect(await active(machines.old)).not.toBe('active');
    expect(await active(machines.fresh)).toBe('active');
    await machines.client.output('sh', [
      '-c',
      `until tail -1 /root/answers | grep -q ${machines.fresh.name}; do sleep 0.2; done`,
    ]);
    await machines.client.output('systemctl', ['stop', 'client']);
    const seen = await seenOutside(machines.client);
    console.log(
      `downtime: ${answer.downtimeMs} ms by its own clock, ${Math.round(seen.longestGapMs)} ms seen from outside, foretold ${answer.forecast.totalMs} ms, ${answer.bytes} bytes`,
    );
    // Where nothing else is at work; elsewhere a gap tells of the others.
    if (long) expect(seen.longestGapMs).toBeLessThan(Math.min(60_000, answer.forecast.totalMs));
    expect(await rows(machines.fresh)).toBeGreaterThanOrEqual(seen.last);
    expect(await machines.fresh.output('sqlite3', ['/var/lib/app/app.db', 'PRAGMA integrity_check'])).toBe('ok');

    const start = await machines.old.exec('systemctl', ['start', 'app']);
    expect(start.exitCode).not.toBe(0);
    const words = await machines.old.output('journalctl', ['-u', 'app', '-o', 'cat', '--no-pager', '-n', '50']);
    expect(words).toContain(`has moved to ${machines.fresh.name}`);
    const again = await migrate();
    expect(again).toMatchObject({ exitCode: 1, error: { code: 'ROTA_BUNDLE_MOVED' } });
  });
});
