// The report over 1,000 jobs and 100,000 runs: reading and making it, against parsing the same history; and scrolling its longest list in Chromium,
// against scrolling as many bare rows.
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { createHost, createRota, declarationOf, embedded, namespaceLayout, renderReport } from '@rota/core';

export const name = 'report';

const jobs = 1_000;
const runs = 100_000;
const now = Date.parse('2026-10-21T19:24:00Z');
const chromium = '/usr/bin/chromium';
const zones = ['UTC', 'Europe/Berlin', 'America/New_York', 'Asia/Kolkata'];

/** As a large site has them: most nightly, some each hour, a few each quarter of an hour. */
const schedule = (index) =>
  index % 50 === 0
    ? '*/15 * * * *'
    : index % 8 === 0
      ? `${index % 60} * * * *`
      : `${(index * 7) % 60} ${index % 24} * * ${index % 3 === 0 ? '1-5' : '*'}`;

const record = (number) => {
  const started = now - Math.floor((number * 29.5 * 86_400_000) / runs) - 60_000;
  const bad = number % 97 === 0;
  return {
    tenant: `tenant-${(number % jobs) % 7}`,
    name: `job-${number % jobs}`,
    runId: `0197${String(number).padStart(28, '0')}`,
    scheduledAt: new Date(started).toISOString().replace('.000Z', 'Z'),
    startedAt: new Date(started + 512).toISOString(),
    endedAt: new Date(started + 2_345).toISOString(),
    status: bad ? 'failure' : 'success',
    exitCode: bad ? 1 : 0,
    signal: null,
    reason: bad ? 'exit 1' : null,
    durationMs: 1_000 + (number % 900),
    attempts: 1,
    trigger: 'schedule',
    backend: 'embedded',
  };
};

export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-report-'));
  try {
    const host = createHost({ stateDir: join(folder, 'state'), timezone: 'Europe/Berlin', now: () => now });
    const rota = createRota({ host, backends: [embedded()] });
    const declared = Array.from({ length: jobs }, (_, index) => ({
      tenant: `tenant-${index % 7}`,
      name: `job-${index}`,
      schedule: schedule(index),
      timezone: zones[index % zones.length],
      command: '/bin/true',
    }));
    await rota.apply(await rota.plan(await declarationOf(declared, { host, source: 'bench' })));
    const layout = namespaceLayout(host.stateDir, 'default');
    writeHistory(layout);
    const parse = await fastest(() => parseAll(layout));
    const read = await fastest(() => rota.report());
    const report = await rota.report();
    const render = await fastest(() => renderReport(report));
    const page = await renderReport(report);
    const counted = report.month.runs;
    if (report.jobs.length !== jobs || counted !== runs)
      throw new Error(`the report has ${report.jobs.length} jobs and ${counted} runs`);
    const row = (label, value, unit, bound) => ({ name: label, value, unit, bound, ok: bound === null || value <= bound });
    return [
      row(`report of ${jobs} jobs and ${runs} runs, against parsing the runs`, read / parse, 'ratio', 6),
      row('the same', read, 'ms', null),
      row('the page of it, against parsing the runs', render / parse, 'ratio', 1),
      row('size of the page', Buffer.byteLength(page) / 1e6, 'MB', 4),
      ...(existsSync(chromium) ? await scrolling(folder, page, row) : []),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Frames while the list is scrolled from end to end, and how much stands in the page. */
async function scrolling(folder, page, row) {
  const { chromium: browsers } = await import('playwright-core');
  const args = ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-dev-shm-usage'];
  const browser = await browsers.launch({ executablePath: chromium, args });
  try {
    const bare = `<!doctype html><style>ul{height:700px;overflow:auto;margin:0;padding:0}li{height:44px;list-style:none}</style>
<ul data-list="week">${'<li><button>tenant/job</button></li>'.repeat(jobs)}</ul>`;
    const [own, floor] = [await frames(browser, folder, page), await frames(browser, folder, bare)];
    return [
      row('elements in the page', own.elements, '', 4000),
      row('from opening to ready', own.readyMs, 'ms', null),
      row(`median frame of a scroll over ${jobs} rows, against bare rows`, own.median / floor.median, 'ratio', 1.5),
      row('median frame', own.median, 'ms', null),
      row('95 of 100 frames take at most, against bare rows', own.p95 / floor.p95, 'ratio', 4),
    ];
  } finally {
    await browser.close();
  }
}

async function frames(browser, folder, html) {
  const file = join(folder, 'page.html');
  writeFileSync(file, html);
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  const began = performance.now();
  await page.goto(pathToFileURL(file).href);
  const readyMs = performance.now() - began;
  const elements = await page.evaluate('document.querySelectorAll("*").length');
  const lengths = await page.evaluate(`new Promise((resolve) => {
    const list = document.querySelector('[data-list=week]');
    list.scrollIntoView();
    const lengths = [];
    let last = performance.now();
    const step = (now) => {
      lengths.push(now - last);
      last = now;
      list.scrollTop += (list.scrollHeight - list.clientHeight) / 240;
      if (lengths.length < 240) requestAnimationFrame(step);
      else resolve(lengths.slice(5));
    };
    requestAnimationFrame(step);
  })`);
  await page.close();
  lengths.sort((a, b) => a - b);
  return { readyMs, elements, median: lengths[Math.floor(lengths.length / 2)], p95: lengths[Math.floor(lengths.length * 0.95)] };
}

function writeHistory(layout) {
  mkdirSync(layout.runs, { recursive: true });
  const months = new Map();
  // The latest is appended last.
  for (let number = runs - 1; number >= 0; number--) {
    const made = record(number);
    const month = made.endedAt.slice(0, 7);
    const lines = months.get(month) ?? [];
    if (lines.length === 0) months.set(month, lines);
    lines.push(JSON.stringify(made));
  }
  for (const [month, lines] of months) writeFileSync(join(layout.runs, `${month}.jsonl`), `${lines.join('\n')}\n`);
}

function parseAll(layout) {
  for (const file of readdirSync(layout.runs))
    for (const line of readFileSync(join(layout.runs, file), 'utf8').split('\n')) if (line !== '') JSON.parse(line);
}

async function fastest(work) {
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const began = process.hrtime.bigint();
    await work();
    best = Math.min(best, Number(process.hrtime.bigint() - began) / 1e6);
  }
  return best;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await run());
