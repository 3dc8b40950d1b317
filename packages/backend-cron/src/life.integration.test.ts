import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { createRota, defineSchedule, firesBetween, type Job } from '@rota/core';
import { sampleJob } from '@rota/core/testing';
import { afterFile, commandPart, cronPart, repositoryRoot, requirePart, rootPart, sampleSize } from '@rota/test-support';
import { expect, it } from 'vitest';
import { describeWithDaemon } from '../../../scripts/oracles/built-daemon.ts';
import { cron } from './cron.ts';
import { virtualCron } from './virtual-cron.test-support.ts';

const zone = 'America/New_York';
const seconds = (instant: string): number => Date.parse(instant) / 1000;
const text = (second: number): string => new Date(second * 1000).toISOString().replace('.000Z', 'Z');
const runner = {
  name: 'the built runner',
  present: existsSync(`${repositoryRoot}packages/core/dist/rota-run.cjs`),
  install: 'npm run build',
};
const withDebian = requirePart(rootPart, cronPart, commandPart('cc', 'gcc'), runner);

/** A day around a change of the clock of New York, at 07:00Z and at 06:00Z; a quick reboot on it; two days without a machine; a day. */
const seasons = {
  spring: {
    start: '2026-03-07T18:00:00Z',
    reboot: '2026-03-08T14:58:00Z',
    up: '2026-03-08T15:05:00Z',
    off: '2026-03-08T20:00:00Z',
    on: '2026-03-10T20:05:00Z',
    end: '2026-03-11T14:00:00Z',
  },
  autumn: {
    start: '2026-10-31T18:00:00Z',
    reboot: '2026-11-01T15:58:00Z',
    up: '2026-11-01T16:05:00Z',
    off: '2026-11-01T20:00:00Z',
    on: '2026-11-03T20:05:00Z',
    end: '2026-11-04T14:00:00Z',
  },
} as const;

/** An endpoint on this machine that is broken until `mended` is set; keeps what it took, by run id. */
async function endpoint() {
  const taken = new Map<string, string[]>();
  const state = { mended: false, refused: 0 };
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes: Buffer) => (body += bytes.toString()));
    request.on('end', () => {
      if (!state.mended) state.refused += 1;
      else {
        const { run_id: id, status } = JSON.parse(body);
        taken.set(id, [...(taken.get(id) ?? []), status]);
      }
      response.writeHead(state.mended ? 200 : 500).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  const address = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${address.port}/`, taken, state };
}

for (const [number, dialect] of (['debian', 'cronie', 'busybox'] as const).entries()) {
  const both = number % 2 === 0 ? (['spring', 'autumn'] as const) : (['autumn', 'spring'] as const);
  const describe = dialect === 'debian' ? withDebian : describeWithDaemon(dialect === 'busybox' ? 'busybox-crond' : 'cronie');
  describe(`jobs that the daemon of ${dialect} starts under a virtual clock`, () => {
    it.each(both.slice(0, sampleSize({ here: 1, inCi: 1, long: 2 })))(
      'run once for each declared fire time and report it once: %s, a reboot, two days without a machine, a broken endpoint',
      async (season) => {
        const { start, reboot, up, off, on, end } = mapValues(seasons[season], seconds);
        const machine = await virtualCron(dialect, zone);
        const server = await endpoint();
        const out = join(machine.folder, 'out');
        const job = (name: string, expression: string, timezone: string, more: Partial<Job> = {}): Job =>
          sampleJob(name, {
            trigger: { kind: 'schedule', expression, timezone },
            command: ['/bin/sh', '-c', `echo ${name} "$ROTA_SCHEDULED_AT" >> ${out}; [ ${name} != failing ]`],
            checkin: { enabled: true, url: server.url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
            ...more,
          });
        const jobs = [
          job('in-the-gap', '30 2 * * *', 'local'),
          job('repeated', '30 1 * * *', 'local'),
          job('wall-clock', '*/30 1-2 * * *', 'local'),
          job('often', '0 */6 * * *', 'local'),
          job('abroad', '30 6 * * *', 'Europe/London'),
          job('at-the-change', '15 7 * * *', 'UTC'),
          job('failing', '0 9 * * *', 'local'),
          job('persistent', '0 12 * * *', 'local', { persistent: true }),
          ...(dialect === 'busybox' ? [] : [job('boot', '', '', { trigger: { kind: 'boot' } })]),
        ];
        const rota = createRota({ host: machine.host, backends: [cron()] });
        const declaration = {
          namespace: 'default',
          source: 'test',
          hostname: machine.host.hostname,
          jobs,
          excluded: [],
          warnings: [],
        };
        machine.setClock(start);
        await rota.apply(await rota.plan(declaration, { backend: 'cron' }));

        await machine.live(start, reboot, 'restart');
        await machine.live(up, off, 'boot');
        expect(server.state.refused).toBeGreaterThan(0);
        server.state.mended = true;
        await machine.live(on, end, 'boot');

        const records = await rota.history({ limit: 1000 });
        const ended = records.filter(({ status }) => status !== 'skipped');
        const lived = (from: number, to: number, at: number): boolean => at >= from + 60 && at < to;
        for (const { name, trigger, persistent } of jobs) {
          const mine = ended.filter((record) => record.name === name);
          const times = mine.map(({ scheduledAt }) => scheduledAt ?? 'event').sort();
          if (trigger.kind !== 'schedule') {
            expect(times, name).toEqual(['event', 'event']);
            continue;
          }
          const declared = defineSchedule(trigger.expression, trigger.timezone === 'local' ? zone : trigger.timezone);
          const due = firesBetween(declared, start, end);
          const wanted = due.filter((at) => lived(start, reboot, at) || lived(up, off, at) || lived(on, end, at));
          const lost = due.filter((at) => at >= off && at < on + 60);
          const last = lost.at(-1);
          if (persistent && last !== undefined) wanted.push(last);
          expect(times, name).toEqual(wanted.sort((a, b) => a - b).map(text));
          expect(new Set(mine.map(({ status }) => status)), name).toEqual(new Set([name === 'failing' ? 'failure' : 'success']));
          // What the machine slept through is skipped, with its record, or never noticed; nothing else is.
          const skipped = records.filter((record) => record.name === name && record.status === 'skipped');
          for (const { scheduledAt } of skipped) expect(lost.map(text), name).toContain(scheduledAt);
        }
        const said = readFileSync(out, 'utf8').trimEnd().split('\n').sort();
        expect(said).toEqual(ended.map(({ name, scheduledAt }) => `${name} ${scheduledAt ?? ''}`).sort());
        const told = [...server.taken].sort();
        expect(told).toEqual(ended.map(({ runId, status }) => [runId, [status]] as const).sort());

        await rota.destroy();
        expect(await machine.table()).toBeUndefined();
      },
      600_000,
    );
  });
}

function mapValues<K extends string>(values: Readonly<Record<K, string>>, map: (text: string) => number): Record<K, number> {
  const entries = Object.entries<string>(values).map(([key, value]) => [key, map(value)]);
  return Object.fromEntries(entries);
}
