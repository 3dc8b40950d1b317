import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { instantText } from './instant-text.ts';
import { readJobState } from './job-state.ts';
import { readRecords } from './read-records.ts';
import { type RunnerUnderTest, runnerUnderTest } from './runner-under-test.test-support.ts';

const rounds = process.env.ROTA_LONG ? 500 : 100;
const lanes = 2;

const gate: LaunchFile['gate'] = {
  expression: '* * * * *',
  timezone: 'UTC',
  zoneRoots: ['/usr/share/zoneinfo'],
  persistent: true,
  startingDeadlineMs: null,
};

/** Starts the runner and kills it, and nothing else, after a random time. */
async function killed(rota: RunnerUnderTest, path: string, at: string, afterMs: number): Promise<void> {
  const child = rota.start(path, ['--scheduled-at', at]);
  const gone = new Promise((resolve) => child.on('close', resolve));
  const exited = new Promise((resolve) => child.on('exit', resolve));
  setTimeout(() => child.kill('SIGKILL'), afterMs);
  await exited;
  child.stdout?.destroy();
  child.stderr?.destroy();
  await gone;
}

const lines = (rota: RunnerUnderTest, name: string): string[] =>
  (nodeFiles.readText(join(rota.scratch, name)) ?? '').split('\n').filter(Boolean);

it(`holds what it promises when it is killed at ${rounds} random instants`, async () => {
  const told = new Set<string>();
  const server = createServer((request, response) => {
    let body = '';
    request.on('data', (bytes) => {
      body += bytes;
    });
    request.on('end', () => {
      told.add(JSON.parse(body).run_id);
      response.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  afterFile(() => void server.close());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;

  const rota = await runnerUnderTest();
  const keys = Array.from({ length: lanes }, (_, lane) => ({ tenant: 'acme', name: `job-${lane}` }));
  // How long a whole run takes here, so that every step is hit: from before the claim to the reports after the record.
  const began = Date.now();
  for (let run = 0; run < 3; run++) await rota.run(rota.launchFile({ name: 'measured', command: ['sleep', '0.03'] }));
  const wholeMs = (Date.now() - began) / 3;
  const seed = Date.now() % 1_000_000;
  console.log(`kill test: seed ${seed}`);
  await Promise.all(
    keys.map(async (key, lane) => {
      const random = generator(seed + lane);
      const path = rota.launchFile({
        ...key,
        gate,
        command: [`echo "$ROTA_SCHEDULED_AT" >> started-${lane}; sleep 0.03; echo "$ROTA_SCHEDULED_AT" >> ended-${lane}`],
        shell: true,
        concurrency: { policy: 'forbid', locks: [`lane-${lane}`] },
        checkin: { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' },
      });
      const first = Date.parse('2026-01-01T00:00:00Z') / 1000;
      const fires = Array.from({ length: rounds / lanes }, (_, round) => instantText(first + 60 * round));
      for (const fire of fires) {
        await killed(rota, path, fire, wholeMs * (0.2 + random() * 1.2));
        // The scheduler, or the gate, asks again.
        await rota.run(path, ['--scheduled-at', fire]);
      }
      const last = instantText(first + 60 * fires.length);
      while (!lines(rota, `ended-${lane}`).includes(last)) {
        await new Promise((resolve) => setTimeout(resolve, 100));
        await rota.run(path, ['--manual']);
        await rota.run(path, ['--scheduled-at', last]);
      }

      const started = lines(rota, `started-${lane}`);
      const ended = new Set(lines(rota, `ended-${lane}`));
      expect(new Set(started.filter((at) => at !== '')).size, 'each fire time starts at most once').toBe(started.length);
      const records = rota.records().filter(({ name, trigger }) => name === key.name && trigger !== 'manual');
      expect(records.map(({ scheduledAt }) => scheduledAt).sort(), 'each fire time has one record').toEqual([...fires, last]);
      for (const { status, scheduledAt } of records) {
        if (status === 'success') expect(ended.has(scheduledAt ?? '')).toBe(true);
        if (status === 'skipped') expect(started.includes(scheduledAt ?? '')).toBe(false);
        expect(['success', 'interrupted', 'skipped']).toContain(status);
      }
      const counts = count(records.map(({ status }) => status));
      console.log(`kill test, lane ${lane}: ${JSON.stringify(counts)}`);
      expect(readJobState(nodeFiles, rota.layout, key).claims, 'no claim is left').toEqual([]);
    }),
  );
  const damaged: string[] = [];
  const all = [...readRecords(rota.layout, { onDamaged: (line) => damaged.push(line) })];
  expect(damaged).toEqual([]);
  expect(new Set(all.map(({ runId }) => runId)).size, 'no run is recorded twice').toBe(all.length);
  const unreported = all.filter(({ name, status, runId }) => name !== 'measured' && status !== 'skipped' && !told.has(runId));
  expect(unreported, 'no check-in is lost').toEqual([]);
  expect(nodeFiles.list(rota.layout.spool).filter((name) => name.endsWith('.json'))).toEqual([]);
  for (const folder of nodeFiles.list(rota.layout.runLocks)) {
    expect(nodeFiles.list(join(rota.layout.runLocks, folder)), `no lock is left in ${folder}`).toEqual([]);
  }
  expect(readFileSync(join(rota.layout.runs, nodeFiles.list(rota.layout.runs)[0] ?? ''), 'utf8').endsWith('\n')).toBe(true);
}, 600_000);

function count(words: readonly string[]): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1;
  return counts;
}

/** Park and Miller's generator: the same instants again from the same seed. */
function generator(seed: number): () => number {
  let state = (seed % 2147483646) + 1;
  return () => {
    state = (state * 48271) % 2147483647;
    return state / 2147483647;
  };
}
