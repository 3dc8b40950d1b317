import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { namespaceLayout, printLaunchFile } from '@rota/core';

export const name = 'runner';

const rounds = 30;

const launch = (home) => ({
  formatVersion: 1,
  namespace: 'default',
  tenant: 'bench',
  name: 'true',
  backend: 'cron',
  command: ['/bin/true'],
  shell: false,
  workingDir: home,
  env: { PATH: '/usr/bin:/bin' },
  secretsFile: join(home, 'secrets.env'),
  hostname: 'box',
  gate: null,
  gated: false,
  jitterMs: 0,
  checkin: null,
  retry: { enabled: false, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
  timeoutMs: null,
  graceMs: 1000,
  concurrency: { policy: 'forbid', locks: [] },
  dependsOn: [],
  requires: { commands: [], files: [], units: [] },
  hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
  alerts: null,
  followers: [],
  output: { maxBytes: 1_000_000, keep: 10 },
  nice: null,
});

/** The least that a recorded run can be on this Node: start the program with both pipes, wait, hash, and put two lines on the disk. */
const least = (folder) => `
const fs = require('node:fs');
const append = (text) => {
  const file = fs.openSync(${JSON.stringify(join(folder, 'least'))}, 'a');
  fs.writeSync(file, text);
  fs.fsyncSync(file);
  fs.closeSync(file);
};
append(require('node:crypto').createHash('sha256').update('x'.repeat(1000)).digest('hex'));
const child = require('node:child_process').spawn('/bin/true', { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
child.on('close', (code) => append(String(code)));
`;

/** The runner around /bin/true against bare Node: wall time and memory; and what a slow check-in adds until the run is recorded. */
export async function run() {
  const folder = mkdtempSync(join(tmpdir(), 'rota-bench-'));
  try {
    const layout = namespaceLayout(join(folder, 'state'), 'default');
    mkdirSync(layout.launchFiles, { recursive: true });
    const put = (change) => {
      const printed = printLaunchFile({ ...launch(folder), ...change });
      writeFileSync(join(layout.launchFiles, printed.name), printed.text);
      return join(layout.launchFiles, printed.name);
    };
    const runner = fileURLToPath(new URL('../packages/core/dist/rota-run.cjs', import.meta.url));
    const gate = {
      expression: '* * * * *',
      timezone: 'Europe/Paris',
      zoneRoots: ['/usr/share/zoneinfo'],
      persistent: false,
      startingDeadlineMs: null,
    };
    const floor = join(folder, 'least.cjs');
    writeFileSync(floor, least(folder));
    const cases = {
      bare: ['-e', '0'],
      floor: [floor],
      plain: [runner, put({})],
      schedule: [runner, put({ name: 'schedule', gate })],
    };
    const { bare, floor: minimum, plain, schedule } = fastest(cases);
    const memory = Object.fromEntries(Object.entries(cases).map(([key, args]) => [key, memoryOf(folder, args)]));
    const { slow, none } = await checkinCost(runner, layout, put);
    const row = (label, value, bound) => ({ name: label, value, unit: 'ratio', bound, ok: value <= bound });
    return [
      row('a run of /bin/true: time', plain / bare, 1.5),
      row('a run of /bin/true: memory', memory.plain / memory.bare, 1.3),
      row('a scheduled run of /bin/true: time', schedule / bare, 1.5),
      row('a scheduled run of /bin/true: memory', memory.schedule / memory.bare, 1.3),
      {
        name: 'the least that a recorded run can be on this Node: time',
        value: minimum / bare,
        unit: 'ratio',
        bound: null,
        ok: true,
      },
      { name: 'a run of /bin/true, against that: time', value: plain / minimum, unit: 'ratio', bound: null, ok: true },
      { name: 'a run of /bin/true: more than bare Node', value: plain - bare, unit: 'ms', bound: null, ok: true },
      row('until the record, with an endpoint that takes 2 s, against no check-in', slow / none, 1.25),
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Interleaved, the minimum of each. */
function fastest(cases) {
  const best = {};
  for (let round = 0; round < rounds; round++) {
    for (const [key, args] of Object.entries(cases)) {
      const began = process.hrtime.bigint();
      const { status } = spawnSync(process.execPath, args);
      if (status !== 0) throw new Error(`${key} ended with ${status}`);
      best[key] = Math.min(best[key] ?? Number.POSITIVE_INFINITY, Number(process.hrtime.bigint() - began) / 1e6);
    }
  }
  return best;
}

/** The process's own peak, told by itself as it ends; the median of five. */
function memoryOf(folder, args) {
  const hook = join(folder, 'memory.cjs');
  const told = join(folder, 'memory');
  writeFileSync(
    hook,
    `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(told)}, String(process.resourceUsage().maxRSS)))`,
  );
  const peaks = Array.from({ length: 5 }, () => {
    spawnSync(process.execPath, ['--require', hook, ...args]);
    return Number(readFileSync(told, 'utf8'));
  });
  return peaks.sort((a, b) => a - b)[2];
}

async function checkinCost(runner, layout, put) {
  const server = createServer((request, response) => {
    request.resume();
    setTimeout(() => response.end(), 2000);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${server.address().port}/`;
  const checkin = { enabled: true, url, timeoutMs: 3_600_000, format: 'json', start: false, by: 'runner' };
  const launches = { none: put({ name: 'silent' }), slow: put({ name: 'reporting', checkin }) };
  const best = {};
  try {
    for (let round = 0; round < 8; round++) {
      for (const [key, path] of Object.entries(launches)) {
        const before = recorded(layout);
        const began = process.hrtime.bigint();
        const child = spawn(process.execPath, [runner, path, '--manual'], { stdio: 'ignore' });
        const ended = new Promise((resolve) => child.on('exit', resolve));
        while (recorded(layout) === before) await new Promise((resolve) => setTimeout(resolve, 1));
        best[key] = Math.min(best[key] ?? Number.POSITIVE_INFINITY, Number(process.hrtime.bigint() - began) / 1e6);
        await ended;
      }
    }
  } finally {
    server.closeAllConnections();
    server.close();
  }
  return best;
}

function recorded(layout) {
  try {
    return readdirSync(layout.runs).reduce((bytes, file) => bytes + readFileSync(join(layout.runs, file)).length, 0);
  } catch {
    return 0;
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) console.table(await run());
