import { requirePart, sampleSize, type TestMachine, testMachinePart, testSeed } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, expect, test } from 'vitest';
import { appState, rota, trust, twoMachines } from './two-machines.test-support.ts';

/** Where it stands inside a machine. */
const script = '/src/packages/core/src/bundle/kill-driver.mjs';

/** What comes after the death of the command: its guard and then the next command, that command alone, or both at once. */
const followers = ['guard', 'command', 'both'] as const;
type Follower = (typeof followers)[number];

/** One migration that is killed. */
interface Cut {
  readonly line: number;
  readonly when: 'before' | 'after';
  readonly follower: Follower;
}

requirePart(testMachinePart)('a migration that is killed at a line of its journal, between two machines', () => {
  let home: TestMachine;
  let other: TestMachine;
  let client: TestMachine;
  let media = '';
  /** Of each row that somebody outside was told of, and that is not in the hands of a migration that was undone. */
  const told = new Map<string, string>();
  let heard = 0;

  const migrate = async (line: number, when: Cut['when']) => {
    const declaration = JSON.stringify({ ...appState, to: `root@${other.name}`, remoteCommand: rota });
    return await home.exec('node', [script, 'migrate', String(line), when, declaration], { timeoutMs: 300_000 });
  };
  const sh = async (machine: TestMachine, text: string) => await machine.output('sh', ['-ec', text], { timeoutMs: 300_000 });
  const isActive = async (machine: TestMachine) => (await machine.exec('systemctl', ['is-active', '-q', 'app'])).exitCode === 0;
  const turn = () => {
    [home, other] = [other, home];
  };

  /**
   * Keeps what the client was told since the last time. What a machine said that does not keep the service is lost with it, for it was before the
   * service was well there; of a migration that was undone and done again the last that the old machine said tells where that ends.
   */
  const remember = async (isMoved = true) => {
    const lines = (await client.output('cat', ['/root/answers'])).split('\n');
    // The last may be half there.
    const news = lines.slice(heard, -1).map((line) => line.split(' '));
    heard = lines.length - 1;
    const lastAtHome = news.findLastIndex(([, host]) => host === home.name);
    for (const [at, [, host, row = '', start = '']] of news.entries())
      if (isMoved || host === home.name || at > lastAtHome) told.set(row, start);
  };

  beforeAll(async () => {
    const machines = await twoMachines('cut-off', { megabytes: 2, files: 2 });
    [home, other, client] = [machines.old, machines.fresh, machines.client];
    await trust(home, other);
    media = await sh(home, 'cd /var/lib/app/media; sha256sum *');
    await client.output('systemd-run', ['--quiet', '--unit=client', 'python3', '/opt/client.py']);
    await sh(client, 'until test -s /root/answers; do sleep 0.2; done');
  });

  /** When it ran, on both, in seconds. */
  const runs = async () => {
    const of = async (machine: TestMachine) => {
      let since: number | undefined;
      const all: { readonly from: number; readonly to: number }[] = [];
      for (const line of (await sh(machine, 'cat /run/app-times || true')).split('\n')) {
        const [what, at] = line.split(' ');
        if (what === 'start') since ??= Number(at);
        else if (since !== undefined) {
          all.push({ from: since, to: Number(at) });
          since = undefined;
        }
      }
      return since === undefined ? all : [...all, { from: since, to: Number.POSITIVE_INFINITY }];
    };
    return await Promise.all([of(home), of(other)]);
  };

  /** Never on both machines, whole on the one, and nothing of a migration is left on either. */
  const isSettled = async () => {
    expect([await isActive(home), await isActive(other)]).toEqual([true, false]);
    const [here, there] = await runs();
    for (const one of here) for (const two of there) expect(Math.min(one.to, two.to)).toBeLessThan(Math.max(one.from, two.from));
    expect(await sh(home, 'cd /var/lib/app/media; sha256sum *')).toBe(media);
    expect(await sh(home, 'sqlite3 /var/lib/app/app.db "PRAGMA integrity_check"')).toBe('ok');
    const rows = await sh(
      home,
      `sqlite3 -separator ' ' /var/lib/app/app.db "SELECT n, lower(hex(substr(pad, 1, 8))) FROM entry WHERE length(pad) = 100"`,
    );
    const kept = new Set(rows.split('\n'));
    expect([...told].filter((row) => !kept.has(row.join(' ')))).toEqual([]);
    for (const machine of [home, other]) {
      const left = `ls -A /var/lib | grep rota-re || true; ls -A /root/.local/state/rota/namespaces/*/bundles/work || true
find /etc/systemd/system -name "*rota-*" ${machine === home ? '' : '! -name 90-rota-moved.conf ! -name app.service.d'}`;
      await expect.poll(async () => await sh(machine, left), { timeout: 60_000, interval: 500 }).toBe('');
      await expect.poll(async () => await sh(machine, 'systemctl list-units --plain --no-legend "rota-*"')).toBe('');
    }
    // What a service left behind when it moved away is kept beside when it comes back.
    await sh(home, 'rm -rf /var/lib/.rota-before-*');
    // So that the last is as quick as the first.
    await sh(home, 'sqlite3 -cmd ".timeout 10000" /var/lib/app/app.db "DELETE FROM entry WHERE length(pad) > 100"');
  };

  const playCut = async ({ line, when, follower }: Cut) => {
    const killed = await migrate(line, when);
    expect(killed.exitCode).not.toBe(0);
    // Not by an error of its own.
    expect(killed.stderr).not.toContain('ROTA_');
    if (follower === 'command') await sh(home, 'systemctl kill -s KILL "rota-migration-guard-*" || true');
    if (follower === 'guard')
      await expect
        .poll(async () => [await isActive(home), await isActive(other)].filter(Boolean).length, {
          timeout: 120_000,
          interval: 300,
        })
        .toBe(1);
    const next = await migrate(0, 'before');
    const isMoved = next.stderr.includes('ROTA_BUNDLE_MOVED');
    if (!isMoved) expect(next.exitCode, next.stderr).toBe(0);
    await remember(isMoved);
    turn();
    await isSettled();
  };

  test('the next command completes it: the service runs on one machine, with all that anybody was told', {
    timeout: 7_200_000,
  }, async () => {
    const whole = await migrate(0, 'before');
    expect(whole.exitCode, whole.stderr).toBe(0);
    await remember();
    turn();
    await isSettled();
    const lines = Number(whole.stdout);
    expect(lines).toBeGreaterThan(15);
    const all = Array.from({ length: lines }, (_, at) => at + 1).flatMap((line) =>
      (['before', 'after'] as const).flatMap((when) => followers.map((follower): Cut => ({ line, when, follower }))),
    );
    const count = sampleSize({ here: 2, inCi: 4, long: all.length });
    const [cuts] = fc.sample(fc.shuffledSubarray(all, { minLength: count, maxLength: count }), { numRuns: 1, seed: testSeed });
    for (const cut of cuts ?? []) {
      await playCut(cut);
    }
  });
});
