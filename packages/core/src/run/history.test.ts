import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile, exec } from '@rota/test-support';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { type NamespaceLayout, namespaceLayout } from '../state/layout.ts';
import { appendRecord, rotateBytes } from './record/append-record.ts';
import { readRecords } from './record/read-records.ts';
import { retainRuns } from './record/retain-runs.ts';
import type { RunRecord } from './record/run-record.ts';
import { sampleRecord } from './record/sample-record.test-support.ts';
import { runnerUnderTest } from './runner-under-test.test-support.ts';

function history(): NamespaceLayout {
  const root = mkdtempSync(join(tmpdir(), 'rota-history-'));
  afterFile(() => rmSync(root, { recursive: true, force: true }));
  return namespaceLayout(root, 'default');
}

const record = (number: number, change: Partial<RunRecord> = {}): RunRecord =>
  sampleRecord({
    runId: `run-${number}`,
    endedAt: new Date(Date.parse('2026-11-01T00:00:00Z') + number * 1000).toISOString(),
    ...change,
  });

const ids = (layout: NamespaceLayout, damaged: string[] = []): string[] =>
  [...readRecords(layout, { onDamaged: (line) => damaged.push(line) })].map(({ runId }) => runId);

describe('history', () => {
  it('is read newest first over months, with text that is cut by no chunk', () => {
    const layout = history();
    for (const number of [1, 2]) appendRecord(nodeFiles, layout, record(number, { endedAt: `2026-10-0${number}T00:00:00Z` }));
    const reason = '日本語 '.repeat(40_000);
    appendRecord(nodeFiles, layout, record(3, { reason }));
    appendRecord(nodeFiles, layout, record(4));
    expect(ids(layout)).toEqual(['run-4', 'run-3', 'run-2', 'run-1']);
    expect([...readRecords(layout)][1]?.reason).toBe(reason);
    expect([...readRecords(layout, { since: Date.parse('2026-11-01T00:00:00Z') / 1000 })]).toHaveLength(2);
  });

  it('passes over torn and damaged lines wherever they are, reports them, and loses no whole record', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 1, max: 250 })), { minLength: 1, maxLength: 20 }),
        (writers) => {
          const layout = history();
          const expected: string[] = [];
          let torn = 0;
          for (const [index, [dies, bytes]] of writers.entries()) {
            const line = `${JSON.stringify(record(index, { name: `job-${index % 2}` }))}\n`;
            nodeFiles.append(join(layout.runs, '2026-11.jsonl'), dies ? line.slice(0, Math.min(bytes, line.length - 2)) : line);
            if (dies) torn += 1;
            else expected.unshift(`run-${index}`);
          }
          const damaged: string[] = [];
          expect(ids(layout, damaged)).toEqual(expected);
          expect(damaged.length > 0).toBe(torn > 0);
          const even = [...readRecords(layout, { only: new Set(['acme/job-0']) })].map(({ runId }) => runId);
          expect(even).toEqual(expected.filter((runId) => Number(runId.slice(4)) % 2 === 0));
        },
      ),
      { numRuns: 60 },
    );
  });

  it('survives binary rubbish and blank lines', () => {
    const layout = history();
    appendRecord(nodeFiles, layout, record(1));
    appendFileSync(join(layout.runs, '2026-11.jsonl'), Buffer.from([0, 255, 254, 10, 10, 123, 10]));
    appendRecord(nodeFiles, layout, record(2));
    writeFileSync(join(layout.runs, 'notes.txt'), 'not ours');
    const damaged: string[] = [];
    expect(ids(layout, damaged)).toEqual(['run-2', 'run-1']);
    expect(damaged).toHaveLength(2);
  });

  it('loses nothing when several processes append at once', async () => {
    const layout = history();
    nodeFiles.makeFolder(layout.runs);
    const writer = `
      import { openSync, writeSync, closeSync } from 'node:fs';
      const [path, who] = process.argv.slice(1);
      for (let i = 0; i < 300; i++) {
        const file = openSync(path, 'a');
        writeSync(file, JSON.stringify({ ...${JSON.stringify(record(1))}, runId: who + '-' + i, reason: 'x'.repeat(i * 7) }) + '\\n');
        closeSync(file);
      }`;
    const path = join(layout.runs, '2026-11.jsonl');
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((who) => exec(process.execPath, ['--input-type=module', '-e', writer, path, who])),
    );
    const damaged: string[] = [];
    expect(new Set(ids(layout, damaged)).size).toBe(1200);
    expect(damaged).toEqual([]);
  });

  it('sets a file aside when it has grown, reads it in its place, and drops the oldest whole', () => {
    const layout = history();
    const reason = 'x'.repeat(rotateBytes / 4);
    appendRecord(nodeFiles, layout, record(12, { endedAt: '2025-01-01T00:00:00Z' }));
    for (let number = 0; number < 12; number++) appendRecord(nodeFiles, layout, record(number, { reason }));
    expect(readdirSync(layout.runs).length).toBe(4);
    const newestFirst = Array.from({ length: 12 }, (_, index) => `run-${11 - index}`);
    expect(ids(layout)).toEqual([...newestFirst, 'run-12']);
    const now = Date.parse('2026-11-20T00:00:00Z');
    expect(retainRuns(nodeFiles, layout, {}, now)).toEqual(['2025-01.jsonl']);
    expect(retainRuns(nodeFiles, layout, { maxBytes: rotateBytes * 2.5 }, now)).toHaveLength(1);
    expect(ids(layout)).toEqual(newestFirst.slice(0, 8));
    expect(retainRuns(nodeFiles, layout, { maxRecords: 2 }, now)).toHaveLength(1);
    appendRecord(nodeFiles, layout, record(20));
    expect(retainRuns(nodeFiles, layout, { maxRecords: 1 }, now)).toHaveLength(1);
    expect(ids(layout)).toEqual(['run-20']);
    expect(readFileSync(join(layout.runs, '2026-11.jsonl'), 'utf8').split('\n')).toHaveLength(2);
  });

  it('is read without a record twice while its file is set aside and its oldest one is dropped', () => {
    const layout = history();
    const reason = 'x'.repeat(rotateBytes / 4);
    appendRecord(nodeFiles, layout, record(9, { endedAt: '2025-01-01T00:00:00Z' }));
    for (let number = 0; number < 3; number++) appendRecord(nodeFiles, layout, record(number, { reason }));
    const read: string[] = [];
    for (const { runId } of readRecords(layout)) {
      read.push(runId);
      if (read.length > 1) continue;
      for (const number of [3, 4]) appendRecord(nodeFiles, layout, record(number, { reason }));
      expect(readdirSync(layout.runs)).toHaveLength(3);
      expect(retainRuns(nodeFiles, layout, {}, Date.parse('2026-11-20T00:00:00Z'))).toEqual(['2025-01.jsonl']);
    }
    expect(read).toEqual(['run-2', 'run-1', 'run-0']);
  });

  it('is held to its limits by the runner itself, whenever it begins a file', async () => {
    const rota = await runnerUnderTest();
    const old = record(1, { endedAt: '2020-01-01T00:00:00Z' });
    appendRecord(nodeFiles, rota.layout, old);
    await rota.run(rota.launchFile({}));
    expect(rota.records().map(({ status, endedAt }) => [status, endedAt === old.endedAt])).toEqual([['success', false]]);
    appendRecord(nodeFiles, rota.layout, old);
    await rota.run(rota.launchFile({}));
    expect(rota.records()).toHaveLength(3);
  });
});
