// Run as the user whose scheduler is measured: `measure.mjs systemd | cron`; prints rows as JSON.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { homedir, userInfo } from 'node:os';
import { join } from 'node:path';
import { cron } from '@rota/backend-cron';
import { systemd } from '@rota/backend-systemd';
import { applyPlan, bareJob, createHost, makePlan, rollback } from '@rota/core';

const backend = process.argv[2];
// Debian's cron reads 10,000 lines of a table (MAX_TAB_LINES): two for each job, two around them.
const count = backend === 'cron' ? 4_998 : 5_000;
const namespace = 'many';
const backends = [backend === 'cron' ? cron() : systemd()];
// Always the same one, so that the next run finds what one that was killed has left behind, and takes it away. In memory where there is such a folder: thousands
// of launch files are synced one by one, and how long a disk takes for that is not measured here.
const memory = '/dev/shm';
const stateDir = join(existsSync(memory) ? memory : homedir(), `.rota-bench-${userInfo().username}-${backend}`);
const host = createHost({ stateDir });

/** Fifty distinct schedules in two zones, none due while this runs. */
const jobOf = (index, command) => ({
  ...bareJob(`${index % 50} 5 1 1 *`, index % 2 === 0 && backend === 'systemd' ? 'America/New_York' : 'UTC'),
  tenant: 'bench',
  name: `job-${index}`,
  command: [command],
  timeoutMs: 60_000,
  concurrency: { policy: 'forbid', locks: [] },
});
const declaredWith = (changed) => ({
  namespace,
  source: 'bench',
  jobs: Array.from({ length: count }, (_, index) => jobOf(index, index === changed ? '/bin/false' : '/bin/true')),
  excluded: [],
  hostname: host.hostname,
  warnings: [],
  removals: { maxShare: 1 },
});

let ended;
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => (ended = signal));

/** A person who ends this waits until what it does at the moment is done, and until everything is taken away again. */
const seconds = async (work) => {
  // Signals are heard between two turns of the loop.
  await new Promise((done) => setImmediate(done));
  if (ended !== undefined) throw new Error(`ended by ${ended}`);
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};
const must = (program, ...args) => {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')}: ${stderr}`);
  return stdout;
};

const folders = {
  systemd: ['.config/systemd/user', '.local/share/systemd/timers'].map((folder) => join(homedir(), folder)),
  cron: [],
}[backend];
const filesBelow = (folder) => {
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { withFileTypes: true, recursive: true });
  return entries.filter((entry) => !entry.isDirectory()).map((entry) => join(entry.parentPath ?? entry.path, entry.name));
};
/** Every file, link and crontab line by its name, with what is another when somebody wrote it, even the same again. */
const everything = () => {
  const seen = new Map();
  for (const folder of [...folders, stateDir]) {
    for (const path of filesBelow(folder)) {
      const { ino, size, mtimeNs, ctimeNs } = lstatSync(path, { bigint: true });
      seen.set(path, [ino, size, mtimeNs, ctimeNs].join(' '));
    }
  }
  if (backend === 'cron') {
    let job = '';
    for (const [index, line] of must('crontab', '-l').split('\n').entries()) {
      job = /^# rota job bench\/(\S+)/.exec(line)?.[1] ?? job;
      seen.set(`crontab:${index + 1} of ${job}`, line);
    }
  }
  return seen;
};
const differing = (before, after) =>
  [...new Set([...before.keys(), ...after.keys()])].filter((name) => before.get(name) !== after.get(name));

const digest = (text) => createHash('sha256').update(text).digest('hex');
/** What no plan can do without: reading what stands in the scheduler, its digests, and what was installed last. */
const floor = () => {
  if (backend === 'cron') for (const line of must('crontab', '-l').split('\n')) digest(line);
  else {
    for (const path of filesBelow(folders[0])) if (!lstatSync(path).isSymbolicLink()) digest(readFileSync(path, 'utf8'));
    must('systemctl', '--user', 'list-units', '--all', '--plain', '--no-legend', '--no-pager', '--type=timer', 'rota.*');
  }
  const generations = join(stateDir, 'namespaces', namespace, 'generations');
  const latest = readdirSync(generations)
    .sort((a, b) => Number.parseInt(a, 10) - Number.parseInt(b, 10))
    .at(-1);
  return JSON.parse(readFileSync(join(generations, latest), 'utf8'));
};

const apply = async (declared) => {
  const plan = await makePlan({ host, backends, declared, backend });
  await applyPlan({ host, backends, plan });
};

const takeAway = async () => {
  if (existsSync(stateDir)) await rollback({ host, backends, namespace, to: { kind: 'nothing' } });
  rmSync(stateDir, { recursive: true, force: true });
};

await takeAway();
mkdirSync(stateDir, { recursive: true, mode: 0o700 });
try {
  const first = await seconds(() => apply(declaredWith(-1)));
  const before = everything();
  const one = await seconds(() => apply(declaredWith(2_500)));
  const after = everything();
  // What the manager itself takes to read its units again, however few have changed.
  const reload = backend === 'systemd' ? await seconds(() => void must('systemctl', '--user', 'daemon-reload')) : 0;
  const touched = differing(before, after);
  const own = touched.filter((path) => !path.startsWith(stateDir));
  const others = own.filter((path) => !/(\.job-2500\.(service|timer)|crontab:\d+ of job-2500)$/.test(path));
  const inState = touched.filter((path) => path.startsWith(stateDir));

  const declared = declaredWith(2_500);
  let [planned, least] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 0; round < 3; round += 1) {
    least = Math.min(least, await seconds(floor));
    planned = Math.min(
      planned,
      await seconds(async () => {
        const { summary } = await makePlan({ host, backends, declared, backend });
        if (summary.unchanged !== count) throw new Error(`unchanged: ${summary.unchanged} of ${count}`);
      }),
    );
  }
  if (process.env.ROTA_BENCH_VERBOSE) console.error(touched.map((path) => path.replace(stateDir, 'STATE')).join('\n'));

  const row = (name, value, unit, bound = null) => ({
    name: `${backend}, ${count} jobs: ${name}`,
    value,
    unit,
    bound,
    ok: bound === null || value <= bound,
  });
  console.log(
    JSON.stringify([
      row('first apply, its state in memory', first, 's'),
      row('plan and apply of one change', one, 's'),
      ...(backend === 'systemd' ? [row('of that one daemon-reload', reload, 's')] : []),
      row(`${backend === 'cron' ? 'crontab lines' : 'unit files, links and stamps'} that one change touched`, own.length, '', 2),
      row('of them not of that job', others.length, '', 0),
      row('files of the state that one change touched', inState.length, '', 6),
      row('reading what a plan must read', least, 's'),
      row('plan without changes', planned, 's'),
      row('plan without changes / reading', planned / least, 'x', backend === 'cron' ? 15 : 5),
    ]),
  );
} finally {
  await takeAway();
}
