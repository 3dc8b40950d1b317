import {
  closeSync,
  fsyncSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  appendRecord,
  createHost,
  createRota,
  declarationOf,
  embedded,
  namespaceLayout,
  nodeFiles,
  readRecords,
} from '@rota/core';

export const name = 'history';

const total = 100_000;
const appended = 1_000;
const jobs = 50;

const record = (number) => {
  const started = Date.parse('2026-01-01T00:00:00Z') + number * 60_000;
  return {
    tenant: 'bench',
    name: `job-${number % jobs}`,
    runId: `0197${String(number).padStart(28, '0')}`,
    scheduledAt: new Date(started).toISOString().replace('.000Z', 'Z'),
    startedAt: new Date(started + 512).toISOString(),
    endedAt: new Date(started + 2_345).toISOString(),
    status: number % 97 === 0 ? 'failure' : 'success',
    exitCode: number % 97 === 0 ? 1 : 0,
    signal: null,
    reason: null,
    durationMs: 1_833,
    attempts: 1,
    trigger: 'schedule',
    backend: 'cron',
  };
};

/** Appending against the same writes by hand; history and status over 100,000 records against reading and parsing the same bytes. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-'));
  try {
    const append = appendCost(folder);
    const host = createHost({ stateDir: join(folder, 'state') });
    const layout = namespaceLayout(host.stateDir, 'default');
    const months = new Map();
    for (let number = 0; number < total; number++) {
      const made = record(number);
      const month = made.endedAt.slice(0, 7);
      months.set(month, [...(months.get(month) ?? []), `${JSON.stringify(made)}\n`]);
      if (months.get(month).length > 5000) flush(layout, months);
    }
    flush(layout, months);
    const parse = fastest(() => parseAll(layout));
    const read = fastest(() => {
      let count = 0;
      for (const _ of readRecords(layout)) count += 1;
      if (count !== total) throw new Error(`${count} of ${total} records were read`);
    });
    const rota = createRota({ host, backends: [embedded()] });
    const declared = Array.from({ length: jobs }, (_, index) => ({
      tenant: 'bench',
      name: `job-${index}`,
      schedule: '* * * * *',
      command: '/bin/true',
    }));
    // A job that never ran makes status look through the whole history.
    declared.push({ tenant: 'bench', name: 'never-ran', schedule: '* * * * *', command: '/bin/true' });
    await rota.apply(await rota.plan(await declarationOf(declared, { host, source: 'bench' })));
    const status = await fastestOf(() => rota.status());
    const row = (label, value, bound) => ({ name: label, value, unit: 'ratio', bound, ok: value <= bound });
    return [
      row(`append ${appended} records, against the bare writes and syncs`, append, 1.4),
      row(`read ${total} records newest first, against parsing them`, read / parse, 1.5),
      row(`status of ${jobs + 1} jobs over ${total} records, one that never ran`, status / parse, 1),
      { name: `status of ${jobs + 1} jobs over ${total} records`, value: status, unit: 'ms', bound: null, ok: true },
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function flush(layout, months) {
  mkdirSync(layout.runs, { recursive: true });
  for (const [month, lines] of months) writeFileSync(join(layout.runs, `${month}.jsonl`), lines.join(''), { flag: 'a' });
  months.clear();
}

function parseAll(layout) {
  for (const file of readdirSync(layout.runs))
    for (const line of readFileSync(join(layout.runs, file), 'utf8').split('\n')) if (line !== '') JSON.parse(line);
}

function appendCost(folder) {
  const layout = namespaceLayout(join(folder, 'append'), 'default');
  const bare = join(folder, 'bare.jsonl');
  let ours = 0n;
  let theirs = 0n;
  // In turns, so that both meet the same disk.
  for (let number = 0; number < appended; number++) {
    const made = record(number);
    const one = process.hrtime.bigint();
    appendRecord(nodeFiles, layout, made);
    const two = process.hrtime.bigint();
    const file = openSync(bare, 'a');
    writeSync(file, `${JSON.stringify(made)}\n`);
    fsyncSync(file);
    closeSync(file);
    ours += two - one;
    theirs += process.hrtime.bigint() - two;
  }
  return Number(ours) / Number(theirs);
}

function fastest(work) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const began = process.hrtime.bigint();
    work();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / 1e6);
  }
  return best;
}

async function fastestOf(work) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 5; round++) {
    const began = process.hrtime.bigint();
    await work();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / 1e6);
  }
  return best;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await run());
