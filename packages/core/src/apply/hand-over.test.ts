import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import type { Backend } from '../backend/backend.ts';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { makePlan } from '../plan/make-plan.ts';
import { readHandled, seedHandled } from '../run/admit/job-state.ts';
import { firesBetween } from '../schedule/fires-between.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { namespaceLayout } from '../state/layout.ts';
import { applyPlan } from './apply-plan.ts';
import { faultyFiles } from './faulty-files.fixture.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { readJournal } from './journal.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { rollback } from './rollback.ts';

const start = Date.UTC(2026, 10, 21, 12, 30, 20);

/** In the order in which they are told. */
interface Told {
  readonly backend: string;
  readonly name: string;
  readonly handledUntil: number;
}

/** A machine whose schedulers are folders, with a clock of its own. */
function machine() {
  const root = temporaryFolder();
  const state = { clock: start, slept: 0, told: [] as Told[] };
  const hostWith = (files: Files = nodeFiles) =>
    createHost({
      files,
      stateDir: join(root, 'state'),
      now: () => state.clock,
      timezone: 'UTC',
      sleep: async (ms) => {
        state.slept += ms;
        state.clock += ms;
      },
    });
  /** Takes `slow` seconds to let go of jobs; `gated`: starts more often than is declared, so that the runner decides. */
  const scheduler = (name: string, { slow = 0, gated = false } = {}): Backend => {
    mkdirSync(join(root, name), { recursive: true });
    const folder = folderBackend(name, join(root, name));
    const often = defineSchedule('* * * * *', 'UTC');
    return {
      ...folder,
      compile(input) {
        const compiled = folder.compile(input);
        if (!gated || compiled.native === undefined) return compiled;
        return { ...compiled, native: { entries: ['* * * * *'], firesBetween: (from, to) => firesBetween(often, from, to) } };
      },
      async apply(host, input) {
        for (const { name: job, after, handledUntil } of input.changes)
          if (after !== null) state.told.push({ backend: name, name: job, handledUntil });
        await folder.apply(host, input);
        if (input.changes.some(({ after }) => after === null)) state.clock += slow * 1000;
      },
    };
  };
  const layout = namespaceLayout(join(root, 'state'), 'default');
  const apply = async (backends: readonly Backend[], backend: string, jobs: readonly Job[], files?: Files): Promise<void> => {
    const host = hostWith(files);
    const declared = { namespace: 'default', source: 'test', jobs, excluded: [], backend, hostname: 'here', warnings: [] };
    await applyPlan({ host, backends, plan: await makePlan({ host, backends, declared }) });
  };
  return { state, hostWith, scheduler, layout, apply };
}

const native: Job = {
  ...bareJob('*/2 * * * *', 'UTC'),
  tenant: 'acme',
  name: 'job',
  command: ['/bin/true'],
  concurrency: { policy: 'forbid', locks: [] },
};
/** Retries make it a job of the runner, which keeps count of what it has handled. */
const counted: Job = { ...native, retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 } };

/** A fire time of the job lies in what the old scheduler takes to let go of it. */
async function move(before: Job, after: Job, options: { readonly gated?: boolean } = {}) {
  const { state, scheduler, layout, apply } = machine();
  const backends = [scheduler('from', { slow: 130 }), scheduler('to', options)];
  await apply(backends, 'from', [before]);
  const handled = readHandled(nodeFiles, layout, before);
  await apply(backends, 'to', [after]);
  const told = state.told.filter(({ backend }) => backend === 'to').map(({ handledUntil }) => handledUntil);
  return { began: state.clock / 1000 - 130, handled, told, gate: readHandled(nodeFiles, layout, after) };
}

test('what the old scheduler started while it let go is not started again by the new one', async () => {
  for (const [before, after] of [
    [native, native],
    [native, counted],
    [counted, native],
    [counted, counted],
  ] as const) {
    const { began, told } = await move(before, after);
    expect(told).toEqual([began + 130]);
  }
  const gated = await move(native, native, { gated: true });
  expect(gated).toMatchObject({ told: [gated.began + 130], gate: gated.began + 130 });
});

test('a gate that follows a runner is not told that what it may have started has been run', async () => {
  const { handled, told, gate } = await move(counted, counted, { gated: true });
  expect({ told, gate }).toEqual({ told: [handled], gate: handled });
});

test('each job is handled until its own scheduler let go of it', async () => {
  const { state, scheduler, apply } = machine();
  const backends = [scheduler('a', { slow: 3 }), scheduler('b', { slow: 130 }), scheduler('to')];
  const jobs = (backendOf: (name: string) => string): readonly Job[] =>
    ['a', 'b'].map((name) => ({ ...native, name, backend: backendOf(name) }));
  await apply(
    backends,
    'to',
    jobs((name) => name),
  );
  state.told.length = 0;
  const before = state.clock / 1000;
  await apply(
    backends,
    'to',
    jobs(() => 'to'),
  );
  const began = before + state.slept / 1000;
  expect(state.told.map(({ name, handledUntil }) => [name, handledUntil - began])).toEqual([
    ['a', 3],
    ['b', 133],
  ]);
});

test('an apply that was cut off counts what the old scheduler started until the next command', async () => {
  const { state, hostWith, scheduler, layout, apply } = machine();
  const backends = [scheduler('from'), scheduler('to')];
  await apply(backends, 'from', [native]);
  // Where the journal is on disk, and the old entry still stands.
  for (let at = 1; readJournal(hostWith(), layout) === null; at += 1) {
    await expect(apply(backends, 'to', [native], faultyFiles(nodeFiles, { at, mode: 'kill-after' }))).rejects.toThrow();
    // Its lock has nobody behind it any more.
    rmSync(layout.lock, { recursive: true, force: true });
  }
  state.told.length = 0;
  state.clock += 86_400_000;
  expect(await recoverNamespace(hostWith(), backends, 'default')).toMatchObject({ outcome: 'completed' });
  expect(state.told).toEqual([{ backend: 'to', name: 'job', handledUntil: state.clock / 1000 }]);
});

test('a rollback waits until no fire time is near, as the move did', async () => {
  const { state, hostWith, scheduler, apply } = machine();
  const backends = [scheduler('from'), scheduler('to')];
  const hourly: Job = { ...native, trigger: { kind: 'schedule', expression: '0 * * * *', timezone: 'UTC' } };
  await apply(backends, 'from', [hourly]);
  await apply(backends, 'to', [hourly]);
  state.clock = Date.UTC(2026, 10, 21, 12, 59, 55);
  state.slept = 0;
  await rollback({ host: hostWith(), backends, namespace: 'default', to: { kind: 'generation' } });
  expect(state.clock).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 13, 2, 0));
  expect(state.told.at(-1)).toMatchObject({ backend: 'from', handledUntil: state.clock / 1000 });
});

test('a job that fails to move goes back with what was started meanwhile', async () => {
  const { state, hostWith, scheduler, layout, apply } = machine();
  const to = scheduler('to');
  const broken: Backend = {
    ...to,
    async apply(host, input) {
      if (input.changes.some(({ after }) => after !== null)) throw new Error('no space left');
      await to.apply(host, input);
    },
  };
  const backends = [scheduler('from', { slow: 130 }), broken];
  await apply(backends, 'from', [native]);
  await expect(apply(backends, 'to', [native])).rejects.toThrow('no space left');
  expect(state.told.at(-1)).toEqual({ backend: 'from', name: 'job', handledUntil: state.clock / 1000 });
  expect(readJournal(hostWith(), layout)).toBeNull();
});

test('under another name, what was still to be caught up is, unless it was started meanwhile', async () => {
  const { state, hostWith, scheduler, layout } = machine();
  const backends = [scheduler('from', { slow: 130 })];
  const host = hostWith();
  const declare = async (job: Job, moved: readonly { readonly from: string; readonly to: string }[] = []): Promise<void> => {
    const base = { namespace: 'default', source: 'test', excluded: [], backend: 'from', hostname: 'here', warnings: [] };
    await applyPlan({ host, backends, plan: await makePlan({ host, backends, declared: { ...base, jobs: [job], moved } }) });
  };
  await declare(counted);
  const pending = readHandled(nodeFiles, layout, counted);
  state.clock += 600_000;
  await declare({ ...counted, name: 'other' }, [{ from: 'acme/job', to: 'acme/other' }]);
  expect(state.told.at(-1)).toMatchObject({ name: 'other', handledUntil: pending });
  // Once more, and this time its runner has something to do while it goes.
  const runs = state.clock / 1000 + 100;
  const [folder] = backends;
  if (folder === undefined) throw new TypeError('one');
  backends[0] = {
    ...folder,
    async apply(on, input) {
      await folder.apply(on, input);
      if (input.changes.some(({ after }) => after === null))
        seedHandled(nodeFiles, layout, { tenant: 'acme', name: 'other' }, runs);
    },
  };
  await declare({ ...counted, name: 'third' }, [
    { from: 'acme/job', to: 'acme/other' },
    { from: 'acme/other', to: 'acme/third' },
  ]);
  expect(state.told.at(-1)).toMatchObject({ name: 'third', handledUntil: state.clock / 1000 });
  expect(readHandled(nodeFiles, layout, { tenant: 'acme', name: 'third' })).toBe(runs);
});

test('a fire time that was missed while nothing ran is caught up by the next scheduler, once', async () => {
  for (const back of [false, true]) {
    const { state, hostWith, scheduler, layout, apply } = machine();
    const backends = [scheduler('from', { slow: 3 }), scheduler('to', { slow: 3 })];
    const daily: Job = { ...counted, persistent: true, trigger: { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' } };
    await apply(backends, 'from', [daily]);
    if (back) await apply(backends, 'to', [daily]);
    state.told.length = 0;
    const handled = readHandled(nodeFiles, layout, daily);
    state.clock += 2 * 86_400_000;
    const move = (): Promise<unknown> =>
      back
        ? rollback({ host: hostWith(), backends, namespace: 'default', to: { kind: 'generation' } })
        : apply(backends, 'to', [daily]);
    await move();
    expect(state.told, String(back)).toEqual([{ backend: back ? 'from' : 'to', name: 'job', handledUntil: handled }]);
    expect(readHandled(nodeFiles, layout, daily)).toBe(handled);
  }
});

test('a fire time that was missed is not caught up once more where the runner did so while it was let go', async () => {
  const { state, scheduler, layout, apply } = machine();
  const from = scheduler('from', { slow: 3 });
  const daily: Job = { ...counted, persistent: true, trigger: { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' } };
  const caughtUp: Backend = {
    ...from,
    async apply(host, input) {
      await from.apply(host, input);
      if (input.changes.some(({ after }) => after === null)) seedHandled(nodeFiles, layout, daily, state.clock / 1000 - 1);
    },
  };
  const backends = [caughtUp, scheduler('to')];
  await apply(backends, 'from', [daily]);
  state.clock += 2 * 86_400_000;
  await apply(backends, 'to', [daily]);
  expect(state.told.at(-1)).toEqual({ backend: 'to', name: 'job', handledUntil: state.clock / 1000 });
});
