// Run as the user whose manager is measured; prints rows as JSON.
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { systemd } from '@rota/backend-systemd';
import { applyPlan, bareJob, createHost, makePlan, rollback } from '@rota/core';

const count = 1000;
const rounds = 3;
const namespace = 'bench';
const backends = [systemd()];
const stateDir = mkdtempSync(join(tmpdir(), 'rota-bench-'));
const host = createHost({ stateDir });

// Fifty distinct schedules, none due while this runs; `timeout` keeps the jobs without the runner on every version.
const jobs = Array.from({ length: count }, (_, index) => ({
  ...bareJob(`${index % 50} 5 1 1 *`, index % 2 === 0 ? 'America/New_York' : 'UTC'),
  tenant: 'bench',
  name: `job-${index}`,
  timeoutMs: 60_000,
  concurrency: { policy: 'forbid', locks: [] },
}));
const declared = {
  namespace,
  source: 'bench',
  jobs,
  excluded: [],
  hostname: host.hostname,
  warnings: [],
  removals: { maxShare: 1 },
};

const seconds = async (work) => {
  const start = process.hrtime.bigint();
  await work();
  return Number(process.hrtime.bigint() - start) / 1e9;
};

const systemctl = (...args) => {
  const { status, stderr } = spawnSync('systemctl', ['--user', ...args], { encoding: 'utf8', maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`systemctl --user ${args[0]}: ${stderr}`);
};

const planAndApply = async () => {
  const plan = await makePlan({ host, backends, declared });
  return await applyPlan({ host, backends, plan });
};

const folder = join(homedir(), '.config/systemd/user');
/** The same files under names that are nobody's, by the plainest means. */
const bareMinimum = (files) => {
  mkdirSync(folder, { recursive: true });
  for (const { name, content } of files) writeFileSync(join(folder, name), content);
  const timers = files.map(({ name }) => name).filter((name) => name.endsWith('.timer'));
  systemctl('daemon-reload');
  systemctl('enable', '--now', ...timers);
  systemctl('show', ...timers);
};
const removeBare = (files) => {
  const timers = files.map(({ name }) => name).filter((name) => name.endsWith('.timer'));
  systemctl('disable', '--now', ...timers);
  for (const { name } of files) rmSync(join(folder, name));
  systemctl('daemon-reload');
};

const least = { plan: Infinity, apply: Infinity, bare: Infinity, again: Infinity };
try {
  for (let round = 0; round < rounds; round += 1) {
    let plan;
    least.plan = Math.min(least.plan, await seconds(async () => (plan = await makePlan({ host, backends, declared }))));
    const files = plan.entries
      .flatMap(({ artifact }) => artifact.files)
      .map(({ name, content }) => ({
        name: name.replace('rota.', 'bare.'),
        content: content.replaceAll('Unit=rota.', 'Unit=bare.'),
      }));
    least.apply = Math.min(least.apply, await seconds(async () => await applyPlan({ host, backends, plan })));
    least.again = Math.min(least.again, await seconds(planAndApply));
    await rollback({ host, backends, namespace, to: { kind: 'nothing' } });
    least.bare = Math.min(least.bare, await seconds(() => bareMinimum(files)));
    removeBare(files);
  }
} finally {
  await rollback({ host, backends, namespace, to: { kind: 'nothing' } }).catch(() => undefined);
  rmSync(stateDir, { recursive: true, force: true });
}

const row = (name, value, unit, bound = null) => ({ name, value, unit, bound, ok: bound === null || value <= bound });
console.log(
  JSON.stringify([
    row(`bare minimum for ${count} timers`, least.bare, 's'),
    row(`apply ${count} timers`, least.apply, 's'),
    row('apply against the bare minimum', least.apply / least.bare, 'times', 1.5),
    row(`plan ${count} new jobs`, least.plan, 's'),
    row('plan and apply without changes', least.again, 's'),
  ]),
);
