// Capture and restore of many small files and of few large ones, against `tar | zstd -3` with `sha256sum` over the same files and against restic,
// in the same run; what a second capture of an unchanged tree costs; and how memory grows with the number of files. ROTA_LONG=1 takes a million.
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const name = 'bundle';

const long = process.env.ROTA_LONG === '1';
const rounds = 3;
const smallFiles = 20_000;
const largeFiles = 3;
const largeMegabytes = 128;
const memoryFiles = long ? [100_000, 1_000_000] : [80_000, 200_000];
/** At least 0.8 of the throughput. */
const slowest = 1 / 0.8;

const measure = fileURLToPath(new URL('bundle/measure.mjs', import.meta.url));
const machineTree = process.env.ROTA_TESTHOST_BASE ?? '/var/cache/rota-testhost';
const words = Array.from({ length: 2000 }, () => randomBytes(4).toString('hex'));

/** Text that compresses as text does. */
const text = (size) => {
  let written = '';
  while (written.length < size) written += `${words[Math.floor(Math.random() * words.length)]} `;
  return written.slice(0, size);
};

const makeSmall = (root, count, size = () => 200 + Math.floor(Math.random() * 7800)) => {
  for (let at = 0; at < count; at += 1) {
    const folder = join(root, `d${at % 200}`, `e${at % 7}`);
    if (at < 1400) mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, `f${at}`), text(size()));
  }
};

const makeLarge = (root) => {
  mkdirSync(root, { recursive: true });
  const block = Buffer.from(text(2 ** 20));
  for (let at = 0; at < largeFiles; at += 1) {
    const parts = Array.from({ length: largeMegabytes }, (_, part) => (part % 2 === 0 ? block : randomBytes(2 ** 20)));
    writeFileSync(join(root, `big${at}`), Buffer.concat(parts));
  }
};

const must = (program, args, options = {}) => {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 26, ...options });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} failed: ${error?.message ?? stderr}`);
  return stdout;
};

const seconds = (work) => {
  const since = process.hrtime.bigint();
  work();
  return Number(process.hrtime.bigint() - since) / 1e9;
};

const shell = (script, ...args) => must('bash', ['-c', `set -euo pipefail; ${script}`, 'bench', ...args]);

/** What people do by hand. */
const pipeline = (tree, work) => ({
  capture: () =>
    shell(
      'mkdir -p "$2"; tar -C "$1" -cf - . | zstd -3 -q -f -o "$2/tree.tar.zst"; cd "$1"; find . -type f -print0 | xargs -0 sha256sum >"$2/sums"; sync -f "$2"',
      tree,
      work,
    ),
  restore: () =>
    shell(
      'rm -rf "$1/out"; mkdir "$1/out"; zstd -dcq "$1/tree.tar.zst" | tar -C "$1/out" -xf -; cd "$1/out"; sha256sum --quiet -c ../sums; sync -f .',
      work,
    ),
});

const findRestic = () =>
  [...(process.env.PATH ?? '').split(':'), join(machineTree, 'usr/bin')]
    .map((folder) => join(folder, 'restic'))
    .find((file) => existsSync(file));

const resticRun = (restic, tree, work) => {
  const env = {
    ...process.env,
    RESTIC_REPOSITORY: join(work, 'repository'),
    RESTIC_PASSWORD: 'bench',
    RESTIC_CACHE_DIR: join(work, 'cache'),
  };
  return {
    capture() {
      rmSync(env.RESTIC_REPOSITORY, { recursive: true, force: true });
      must(restic, ['init', '-q'], { env });
      must(restic, ['backup', '-q', '.'], { env, cwd: tree });
    },
    restore() {
      rmSync(join(work, 'restored'), { recursive: true, force: true });
      must(restic, ['restore', '-q', '--verify', 'latest', '--target', join(work, 'restored')], { env });
    },
  };
};

const rota = (operation, tree, state, flags = []) =>
  JSON.parse(must(process.execPath, [...flags, measure, operation, tree, state]));

const row = (label, value, unit, bound = null) => ({ name: label, value, unit, bound, ok: bound === null || value <= bound });

/** Each in turn, the least of several rounds: whatever else the machine does is the same for all. */
function compare(kind, tree, work) {
  const state = join(work, 'state');
  const byHand = pipeline(tree, join(work, 'hand'));
  const restic = findRestic();
  const withRestic = restic === undefined ? undefined : resticRun(restic, tree, join(work, 'restic'));
  if (withRestic !== undefined) mkdirSync(join(work, 'restic'), { recursive: true });
  const least = {
    capture: Infinity,
    restore: Infinity,
    handCapture: Infinity,
    handRestore: Infinity,
    resticCapture: Infinity,
    resticRestore: Infinity,
  };
  let again = Infinity;
  const keep = (key, value) => {
    least[key] = Math.min(least[key], value);
  };
  for (let round = 0; round < rounds; round += 1) {
    rmSync(state, { recursive: true, force: true });
    keep('handCapture', seconds(byHand.capture));
    keep('capture', rota('capture', tree, state).seconds);
    const second = rota('again', tree, state);
    if (!second.unchanged) throw new Error('the second capture read everything');
    again = Math.min(again, second.seconds);
    if (withRestic !== undefined) keep('resticCapture', seconds(withRestic.capture));
    keep('handRestore', seconds(byHand.restore));
    keep('restore', rota('restore', tree, state).seconds);
    if (withRestic !== undefined) keep('resticRestore', seconds(withRestic.restore));
  }
  const rows = ['capture', 'restore'].flatMap((what) => {
    const hand = least[`hand${what[0].toUpperCase()}${what.slice(1)}`];
    const restics = least[`restic${what[0].toUpperCase()}${what.slice(1)}`];
    return [
      row(`${what} ${kind}`, least[what], 's'),
      row(`${what} ${kind}, tar | zstd and sha256sum`, hand, 's'),
      row(`${what} ${kind} against tar | zstd and sha256sum`, least[what] / hand, 'times', slowest),
      ...(withRestic === undefined ? [] : [row(`${what} ${kind} against restic`, least[what] / restics, 'times')]),
    ];
  });
  return [...rows, row(`second capture of unchanged ${kind} against the first`, again / least.capture, 'times', 1 / 5)];
}

/**
 * V8 lets garbage lie while there is room: of its own accord a capture took 105 MiB for 10,000 files, 134 for 100,000 and 137 for a million, so that
 * a slope between small trees says how lazy the collector is. In a heap this small it has to clear away, and what is left is what is kept; and from
 * 80,000 files on all buffers are full and all code is compiled. Still the same capture takes 8 MiB more or less from go to go, which is 70 bytes
 * for each of the files that the trees differ by: the least of several counts, as with the times.
 */
const smallHeap = ['--max-semi-space-size=1', '--max-old-space-size=48'];

function memory(work) {
  const used = memoryFiles.map((count) => {
    const tree = join(work, `memory-${count}`);
    makeSmall(tree, count, () => 10);
    const state = join(work, 'memory-state');
    const measured = Array.from({ length: rounds }, () => {
      rmSync(state, { recursive: true, force: true });
      return ['capture', 'restore'].map((operation) => rota(operation, tree, state, smallHeap).rssBytes);
    });
    for (const folder of [tree, state]) rmSync(folder, { recursive: true, force: true });
    return [0, 1].map((at) => Math.min(...measured.map((rss) => rss[at])));
  });
  const [few = [], many = []] = used;
  const more = memoryFiles[1] - memoryFiles[0];
  return ['capture', 'restore'].flatMap((what, at) => [
    row(`memory of a ${what} of ${memoryFiles[1]} files`, many[at] / 2 ** 20, 'MiB'),
    // Flat would be 0; a name and its checksum alone are 100.
    row(`memory of a ${what} for each file more`, (many[at] - few[at]) / more, 'bytes', 100),
  ]);
}

export async function run() {
  if (process.platform !== 'linux') return [];
  const work = mkdtempSync(join(process.env.ROTA_BENCH_DIR ?? tmpdir(), 'rota-bench-'));
  try {
    const small = join(work, 'small');
    const large = join(work, 'large');
    makeSmall(small, smallFiles);
    makeLarge(large);
    // What was written within the last two seconds is never taken for unchanged.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    return [
      ...compare(`${smallFiles} small files`, small, join(work, 'work-small')),
      ...compare(`${largeFiles} files of ${largeMegabytes} MB`, large, join(work, 'work-large')),
      ...memory(work),
    ];
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}
