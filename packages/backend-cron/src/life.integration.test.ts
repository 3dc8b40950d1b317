import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createRota, defineSchedule, firesBetween, type Host, type Job } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { commandPart, cronPart, exec, repositoryRoot, requirePart, rootPart, temporaryFolder } from '@rota/test-support';
import { expect, it } from 'vitest';
import { cron } from './cron.ts';
import { privateCrontab } from './private-crontab.test-support.ts';

const oracles = `${repositoryRoot}scripts/oracles`;
const system = 'America/New_York';
const seconds = (instant: string): number => Date.parse(instant) / 1000;
const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};

/** Debian's daemon on the installed table, with jobs that really run, from one virtual second to another. */
async function live(table: string, from: number, to: number, boot: boolean): Promise<void> {
  const result = await exec(`${oracles}/vixie-cron.sh`, ['-f', system, String(from), String(to), table], {
    env: { ...process.env, ROTA_ORACLE_RUN: `${oracles}/virtual-date.mjs`, ...(boot ? { ROTA_ORACLE_BOOT: '1' } : {}) },
    timeoutMs: 170_000,
  });
  expect(result.stderr).toBe('');
  expect(result.exitCode).toBe(0);
}

requirePart(
  rootPart,
  cronPart,
  commandPart('cc', 'gcc'),
  runner,
)("jobs that Debian's daemon starts under a virtual clock", () => {
  it('run once for each declared fire time, through a clock change, two days without a machine, and a boot', async () => {
    const crontab = await privateCrontab();
    const folder = temporaryFolder();
    const out = join(folder, 'out');
    const start = seconds('2026-03-07T18:00:00Z');
    // The clock of New York goes from 02:00 to 03:00 at 07:00Z on the 8th.
    const stop = seconds('2026-03-08T20:00:00Z');
    const again = seconds('2026-03-10T20:05:00Z');
    const end = seconds('2026-03-11T14:00:00Z');
    let now = start;
    const base = crontab.host('root', join(folder, 'state'));
    const host: Host = {
      ...base,
      timezone: system,
      now: () => now * 1000,
      files: {
        ...base.files,
        // The daemon is started below; here it only has to look as if it ran.
        list: (path) => (path === '/proc' ? ['1'] : base.files.list(path)),
        readText: (path) => (path === '/proc/1/comm' ? 'cron\n' : base.files.readText(path)),
      },
    };
    const job = (name: string, expression: string, timezone: string, more: Partial<Job> = {}): Job =>
      sampleJob(name, {
        trigger: { kind: 'schedule', expression, timezone },
        command: ['/bin/sh', '-c', `echo ${name} "$ROTA_SCHEDULED_AT" >> ${out}`],
        ...more,
      });
    const jobs = [
      job('gap', '30 2 * * *', 'local'),
      job('often', '0 */3 * * *', 'local'),
      job('abroad', '30 6 * * *', 'Europe/London'),
      job('zoned-gap', '15 7 * * *', 'UTC'),
      job('persistent', '0 12 * * *', 'local', { persistent: true }),
      sampleJob('boot', { trigger: { kind: 'boot' }, command: ['/bin/sh', '-c', `echo boot >> ${out}`] }),
    ];
    const rota = createRota({ host, backends: [cron()] });
    const plan = await rota.plan(
      { namespace: 'default', source: 'test', hostname: host.hostname, jobs, excluded: [], warnings: [] },
      { backend: 'cron' },
    );
    await rota.apply(plan);
    const table = join(folder, 'table');
    writeFileSync(table, (await crontab.spool('root')) ?? '');

    await live(table, start, stop, false);
    await live(table, again, end, true);
    now = end;

    const records = (await rota.history({ limit: 1000 })).filter(({ status }) => status === 'success');
    const ran = (name: string): readonly string[] =>
      records
        .filter((record) => record.name === name)
        .map(({ scheduledAt }) => scheduledAt ?? 'event')
        .sort();
    for (const { name, trigger, persistent } of jobs) {
      if (trigger.kind !== 'schedule') continue;
      const declared = defineSchedule(trigger.expression, trigger.timezone === 'local' ? system : trigger.timezone);
      const lived = [...firesBetween(declared, start + 60, stop), ...firesBetween(declared, again + 60, end)];
      const lost = firesBetween(declared, stop, again).at(-1);
      const wanted = persistent && lost !== undefined ? [...lived, lost] : lived;
      expect(ran(name), name).toEqual(
        wanted.sort((a, b) => a - b).map((at) => new Date(at * 1000).toISOString().replace('.000Z', 'Z')),
      );
    }
    expect(ran('boot')).toEqual(['event']);
    await rota.destroy();
    expect(await crontab.spool('root')).toBeUndefined();
  });
});
