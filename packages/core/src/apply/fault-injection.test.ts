import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sampleSize } from '@rota/test-support';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { type Declared, makePlan } from '../plan/make-plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { namespaceLayout } from '../state/layout.ts';
import { applyPlan } from './apply-plan.ts';
import { type FaultPlan, faultyFiles, Killed } from './faulty-files.fixture.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { rollback } from './rollback.ts';

let root: string;
beforeEach(() => {
  // In memory where there is such a folder: thousands of applies sync every file.
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-fault-'));
  for (const name of ['one', 'two']) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'foreign'), 'not ours \r\n\t');
  }
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const now = Date.UTC(2026, 10, 21, 12, 30);
const backends = () => [folderBackend('one', join(root, 'one')), folderBackend('two', join(root, 'two'))];
const hostWith = (files: Files): Host =>
  createHost({
    files,
    stateDir: join(root, 'state'),
    now: () => now,
    timezone: 'UTC',
    sleep: () => Promise.reject(new Error('nobody else is here to wait for')),
  });
const declared = (jobs: readonly Job[], backend = 'one'): Declared => ({
  namespace: 'default',
  source: '/etc/jobs.config.ts',
  jobs,
  excluded: [],
  backend,
  removals: { maxShare: 1 },
  hostname: 'here',
  warnings: [],
});
/** Most jobs here are of events, because a schedule is proven anew at every plan, and there are thousands of plans. */
const job = (name: string, argument: string, extra: Partial<Job> = {}): Job => ({
  ...bareJob('0 6 * * *', 'UTC'),
  trigger: { kind: 'boot' },
  name,
  command: ['/bin/echo', argument],
  ...extra,
});

/** Every effect in the long run, every seventh otherwise; the random plans below fail anywhere. */
const stride = process.env.ROTA_LONG ? 1 : 7;

/** The machine, byte for byte: what the schedulers hold. */
const machine = (): Record<string, string> =>
  Object.fromEntries(
    ['one', 'two'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((file) => !file.startsWith('.rota-'))
        .map((file) => [`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')]),
    ),
  );

async function apply(files: Files, jobs: readonly Job[], backend = 'one'): Promise<void> {
  const host = hostWith(files);
  await applyPlan({
    host,
    backends: backends(),
    plan: await makePlan({ host, backends: backends(), declared: declared(jobs, backend), backend }),
  });
}

/** What the next command does after the process is gone: its locks have nobody behind them any more. */
async function recoverAfterDeath() {
  const { lock, runLocks } = namespaceLayout(join(root, 'state'), 'default');
  rmSync(runLocks, { recursive: true, force: true });
  for (const path of [lock, `${lock}.break`]) {
    const text = nodeFiles.readText(path);
    if (text !== undefined) writeFileSync(path, JSON.stringify({ ...JSON.parse(text), pid: 2 ** 22 + 7, startTicks: '1' }));
  }
  return recoverNamespace(hostWith(nodeFiles), backends(), 'default');
}

const before = [job('stays', '1'), job('changes', '2'), job('goes', '3'), job('moves', '4')];
const after = [
  job('stays', '1'),
  job('changes', '2b'),
  job('moves', '4', { backend: 'two' }),
  job('comes', '5'),
  job('runs-with-retry', '6', {
    retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
  }),
];

describe.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('an apply in which one effect fails (%s)', (mode) => {
  it('leaves the old or the new generation after recovery, whichever effect it is', async () => {
    await apply(nodeFiles, before);
    const old = machine();
    const outcomes = new Set<string>();
    for (let at = 1; ; at += stride) {
      const files = faultyFiles(nodeFiles, { at, mode });
      let failed = false;
      await apply(files, after).catch((error: unknown) => {
        failed = true;
        if (mode !== 'error' && !(error instanceof Killed) && !(error instanceof Error)) throw error;
      });
      const recovery = await recoverAfterDeath();
      const now = machine();
      expect(now['one/foreign']).toBe('not ours \r\n\t');
      const isOld = JSON.stringify(now) === JSON.stringify(old);
      const plan = await makePlan({ host: hostWith(nodeFiles), backends: backends(), declared: declared(after) });
      expect(isOld || !hasChanges(plan), `effect ${at}: neither old nor new`).toBe(true);
      // The state agrees with the machine: going back to the old declaration from here works, too.
      const back = await makePlan({ host: hostWith(nodeFiles), backends: backends(), declared: declared(before) });
      expect(
        back.changes.every((change) => change.drift === undefined),
        `effect ${at}: drift`,
      ).toBe(true);
      outcomes.add(recovery?.outcome ?? (isOld ? 'old' : 'new'));
      await apply(nodeFiles, before);
      expect(machine()).toEqual(old);
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
    expect([...outcomes]).toContain('old');
    expect([...outcomes]).toContain(mode === 'error' ? 'new' : 'completed');
  });
});

describe('a rollback', () => {
  it.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('survives a failing effect, too (%s)', async (mode) => {
    await apply(nodeFiles, before);
    const old = machine();
    await apply(nodeFiles, after);
    const fresh = machine();
    for (let at = 1; ; at += stride) {
      const files = faultyFiles(nodeFiles, { at, mode });
      const host = hostWith(files);
      const failed = await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'generation' } }).then(
        () => false,
        () => true,
      );
      await recoverAfterDeath();
      expect([JSON.stringify(old), JSON.stringify(fresh)]).toContain(JSON.stringify(machine()));
      await apply(nodeFiles, before);
      await apply(nodeFiles, after);
      expect(machine()).toEqual(fresh);
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
  });

  it('is a generation itself, needs no declaration, and goes back and forth', async () => {
    await apply(nodeFiles, before);
    const old = machine();
    await apply(nodeFiles, after);
    const fresh = machine();
    const host = hostWith(nodeFiles);
    expect((await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'generation' } })).generation).toBe(3);
    expect(machine()).toEqual(old);
    await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'generation', number: 2 } });
    expect(machine()).toEqual(fresh);
    await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'nothing' } });
    expect(Object.keys(machine())).toEqual(['one/foreign', 'two/foreign']);
    await expect(
      rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'generation', number: 99 } }),
    ).rejects.toMatchObject({
      code: 'ROTA_GENERATION_UNKNOWN',
    });
  });
});

describe('random plans with random faults', () => {
  const jobs = fc.uniqueArray(
    fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      hour: fc.integer({ min: 0, max: 23 }),
      backend: fc.constantFrom('one', 'two'),
    }),
    { selector: ({ name }) => name, maxLength: 5 },
  );
  const toJobs = (list: readonly { name: string; hour: number; backend: string }[]): Job[] =>
    [...list].sort((a, b) => (a.name < b.name ? -1 : 1)).map(({ name, hour, backend }) => job(name, `${hour}`, { backend }));

  it('end old or new', async () => {
    await fc.assert(
      fc.asyncProperty(
        jobs,
        jobs,
        fc.integer({ min: 1, max: 60 }),
        fc.constantFrom<FaultPlan['mode']>('error', 'kill', 'kill-after'),
        async (first, second, at, mode) => {
          await apply(nodeFiles, toJobs(first));
          const old = JSON.stringify(machine());
          await apply(faultyFiles(nodeFiles, { at, mode }), toJobs(second)).catch(() => undefined);
          await recoverAfterDeath();
          const plan = await makePlan({ host: hostWith(nodeFiles), backends: backends(), declared: declared(toJobs(second)) });
          expect(JSON.stringify(machine()) === old || !hasChanges(plan)).toBe(true);
          expect(plan.changes.some((change) => change.drift !== undefined)).toBe(false);
          expect(machine()['two/foreign']).toBe('not ours \r\n\t');
        },
      ),
      { numRuns: sampleSize({ here: 20, inCi: 30, long: 3000 }) },
    );
  });
});
