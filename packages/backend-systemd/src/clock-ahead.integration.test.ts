import { requirePart, userSystemd, userSystemdPart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { type TestNamespace, testNamespace } from './testing/test-namespace.ts';
import { userHost } from './testing/user-host.ts';

const day = 86_400;

requirePart(userSystemdPart)('a persistent timer that was installed while the clock was two days ahead', () => {
  test('waits for its next time by the right clock, and is installed again by it without a start', async () => {
    const host = userHost(await userSystemd('rota-clock'));
    const ns: TestNamespace = await testNamespace(host, 'clocktest');
    await ns.removeAll();
    try {
      const now = Math.floor(Date.now() / 1000);
      const due = Math.floor(now / 60) * 60 + 7200;
      const at = new Date(due * 1000);
      const job = {
        trigger: { kind: 'schedule', expression: `${at.getUTCMinutes()} ${at.getUTCHours()} * * *`, timezone: 'UTC' },
        persistent: true,
      } as const;
      const timer = 'rota.clocktest.acme.early.timer';
      const next = async (): Promise<number> => {
        const args = ['--user', 'show', '-p', 'NextElapseUSecRealtime', '--value', timer];
        const { stdout } = await host.run({ file: 'systemctl', args, env: { TZ: 'UTC' } });
        // `Mon 2026-11-30 07:04:00 UTC`
        return Date.parse(stdout.trim().split(' ').slice(1, 3).join('T').concat('Z')) / 1000;
      };
      await ns.apply({ early: job }, { handledUntil: now + 2 * day });
      expect(await next()).toBe(due);
      expect(await ns.drift()).toEqual({ early: [] });
      // The clock is right again: what it says now is what counts from here on, and not the stamp of a future.
      await ns.apply({ early: { ...job, timeoutMs: 60_000 } });
      expect(await next()).toBe(due);
      const stamp = host.files.facts(`${host.user.home}/.local/share/systemd/timers/stamp-${timer}`)?.modifiedMs;
      expect(stamp).toBeLessThanOrEqual(Date.now());
      expect(ns.records().filter(({ name }) => name === 'early')).toEqual([]);
    } finally {
      await ns.removeAll();
    }
  });
});
