import { requirePart, type TestMachine, testMachinePart } from '@rota/test-support';
import { beforeAll, expect, test } from 'vitest';
import { appState, type Machines, rota, twoMachines } from './migrate/two-machines.test-support.ts';

const long = process.env.ROTA_LONG === '1';
/** Where it stands inside a machine. */
const script = '/src/packages/core/src/bundle/kill-driver.mjs';
const minutes = long ? 90 : 10;

// A migration that is killed: migrate/cut-off.integration.test.ts.
requirePart(testMachinePart)('a process that is killed at any line of its journal', () => {
  let machines: Machines;
  beforeAll(async () => {
    machines = await twoMachines('kill', { megabytes: 2, files: 2 });
  });

  const drive = async (operation: string, at: number, when: 'before' | 'after') =>
    await machines.old.exec('node', [script, operation, String(at), when, JSON.stringify(appState)], { timeoutMs: 300_000 });
  const active = async (machine: TestMachine) => (await machine.exec('systemctl', ['is-active', 'app'])).stdout.trim();
  const comesBack = async (machine: TestMachine) =>
    await machine.output('sh', ['-c', 'for n in $(seq 300); do systemctl is-active -q app && exit 0; sleep 0.2; done; exit 1'], {
      timeoutMs: 120_000,
    });
  /** The service runs on a whole state, and nothing half stands beside it. */
  const isWhole = async (machine: TestMachine) => {
    expect(await machine.output('sqlite3', ['/var/lib/app/app.db', 'PRAGMA integrity_check'])).toBe('ok');
    expect(await machine.output('ls', ['/var/lib/app/media'])).toBe('1\n2');
    expect(await machine.output('sh', ['-c', 'ls -A /var/lib | grep rota- | grep -v ^.rota-restored- || true'])).toBe('');
  };

  test.each(['capture', 'restore'])(
    '%s: the service runs again, one whole state is there, and the next call converges',
    { timeout: minutes * 60_000 },
    async (operation) => {
      expect((await drive('capture', 0, 'before')).exitCode).toBe(0);
      const lines = Number((await drive(operation, 0, 'before')).stdout);
      expect(lines).toBeGreaterThan(2);
      for (let at = 1; at <= lines; at += 1)
        for (const when of ['before', 'after'] as const) {
          if (!long && (at + (when === 'after' ? 1 : 0)) % 2 === 0) continue;
          if (!long && at % 3 === 0) continue;
          const killed = await drive(operation, at, when);
          expect(killed.exitCode, `${when} ${at}`).not.toBe(0);
          await comesBack(machines.old);
          // Whatever was cut off, the service has a whole state to run on before anybody calls again.
          expect(await machines.old.output('ls', ['/var/lib/app/media']), `${when} ${at}`).toBe('1\n2');
          const again = await drive(operation, 0, 'before');
          expect(again.exitCode, `${when} ${at}: ${again.stderr}`).toBe(0);
          expect(await active(machines.old), `${when} ${at}`).toBe('active');
          await isWhole(machines.old);
        }
    },
  );

  // Each costs the lease of the other side. The service never gets well there, so that there is time.
  const sick = { ...appState, hooks: { health: [['false']] }, healthTimeout: '10m', downtimeBudget: '60s' };
  test.runIf(long)(
    'a migration that takes longer than its guard waits is ended by it',
    { timeout: minutes * 60_000 },
    async () => {
      const pair = await twoMachines('hasty', { megabytes: 2, files: 2 });
      const declaration = JSON.stringify({ ...sick, to: `root@${pair.fresh.name}`, remoteCommand: rota });
      const killed = await pair.old.exec('node', [script, 'migrate', '0', 'hasty', declaration], { timeoutMs: 300_000 });
      expect(killed.exitCode).not.toBe(0);
      // Not by an error of its own.
      expect(killed.stderr).not.toContain('ROTA_');
      await staysHome(pair);
    },
  );

  test.runIf(long)(
    'a machine that goes down in a migration has its service again after the boot',
    { timeout: minutes * 60_000 },
    async () => {
      const pair = await twoMachines('down', { megabytes: 2, files: 2 });
      const declaration = JSON.stringify({ ...sick, to: `root@${pair.fresh.name}`, remoteCommand: rota });
      const job = ['--quiet', '--unit=move', '--setenv=HOME=/root', 'node', script, 'migrate', '0', 'before', declaration];
      await pair.old.output('systemd-run', job);
      await expect.poll(async () => await active(pair.fresh), { timeout: 240_000, interval: 200 }).toBe('active');
      expect(await active(pair.old)).not.toBe('active');
      await pair.old.reboot({ hard: true });
      await staysHome(pair);
    },
  );

  /** It runs where it ran, and nothing of the migration is left on either machine, fences and guards included. */
  const staysHome = async ({ old, fresh }: Machines) => {
    const seen = new Set<string>();
    const runsHere = async (): Promise<boolean> => {
      const [here, there] = [await active(old), await active(fresh)];
      if (here === 'active') seen.add(there);
      return here === 'active';
    };
    await expect.poll(runsHere, { timeout: 240_000, interval: 200 }).toBe(true);
    // Never on both.
    expect([...seen]).not.toContain('active');
    for (const machine of [old, fresh]) {
      const left = 'find /etc/systemd/system -name "*rota-*"; find /var/lib -maxdepth 1 -name "*rota-*"';
      await expect.poll(async () => await machine.output('sh', ['-c', left]), { timeout: 120_000, interval: 500 }).toBe('');
    }
    expect(await old.output('sqlite3', ['/var/lib/app/app.db', 'PRAGMA integrity_check'])).toBe('ok');
  };

  // Each line costs the lease of the other side.
  test.runIf(long)(
    'a receiving side that is killed: the service runs on exactly one machine, and that is told',
    {
      timeout: minutes * 60_000,
    },
    async () => {
      const pair = await twoMachines('killed', { megabytes: 2, files: 2 });
      const where = async () => [await active(pair.old), await active(pair.fresh)].map((one) => one === 'active');
      for (let at = long ? 1 : 9; at <= (long ? 60 : 10); at += 1) {
        const remoteCommand = `node ${script} receive ${at} after '{}'`;
        const declaration = JSON.stringify({ ...appState, to: `root@${pair.fresh.name}`, remoteCommand });
        const moved = await pair.old.exec('node', [script, 'migrate', '0', 'before', declaration], { timeoutMs: 300_000 });
        await expect.poll(where, { timeout: 120_000, interval: 500 }).toSatisfy(([old, fresh]) => old !== fresh);
        const [, there] = await where();
        if (moved.exitCode === 0 || there) {
          expect(there, `after ${at}: ${moved.stderr}`).toBe(true);
          if (moved.exitCode !== 0) expect(moved.stderr).toContain('all the same');
          break;
        }
        expect(moved.stderr, `after ${at}`).toContain('ROTA_BUNDLE_MIGRATE');
      }
    },
  );
});
