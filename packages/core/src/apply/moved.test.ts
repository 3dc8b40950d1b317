import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import type { Declared } from '../plan/declared.ts';
import { makePlan } from '../plan/make-plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { printPlan } from '../plan/print-plan.ts';
import { changeJobState, readHandled, readJobState, seedHandled } from '../run/admit/job-state.ts';
import { appendRecord } from '../run/record/append-record.ts';
import { sampleRecord } from '../run/record/sample-record.test-support.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readHistory } from '../status/read-history.ts';
import { applyPlan } from './apply-plan.ts';
import { type FaultPlan, faultyFiles } from './faulty-files.fixture.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { rollback } from './rollback.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-moved-'));
  for (const name of ['one', 'two']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const start = Date.UTC(2026, 10, 21, 12, 30);
let clock = start;
const backends = () => [folderBackend('one', join(root, 'one')), folderBackend('two', join(root, 'two'))];
const hostWith = (files: Files = nodeFiles) =>
  createHost({
    files,
    stateDir: join(root, 'state'),
    now: () => clock,
    timezone: 'UTC',
    sleep: async (ms) => {
      clock += ms;
    },
  });
const layout = () => namespaceLayout(join(root, 'state'), 'default');
const machine = () =>
  ['one', 'two'].flatMap((folder) =>
    readdirSync(join(root, folder))
      .filter((file) => file.endsWith('.entry'))
      .map((file) => `${folder}/${file}`),
  );

/** Retries make it a job of the runner, which keeps count of what is handled. */
const job = (tenant: string, name: string, extra: Partial<Job> = {}): Job => ({
  ...bareJob('0 6 * * *', 'UTC'),
  tenant,
  name,
  command: ['/bin/true'],
  retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 },
  ...extra,
});
const declared = (jobs: readonly Job[], moved: Declared['moved'] = []): Declared => ({
  namespace: 'default',
  source: '/etc/jobs.config.ts',
  jobs,
  excluded: [],
  backend: 'one',
  moved,
  hostname: 'here',
  warnings: [],
});
const planOf = (declaration: Declared, files?: Files) =>
  makePlan({ host: hostWith(files), backends: backends(), declared: declaration });
async function apply(declaration: Declared, files?: Files): Promise<void> {
  await applyPlan({ host: hostWith(files), backends: backends(), plan: await planOf(declaration, files) });
}
function ran(tenant: string, name: string, startedAt: string): void {
  const fire = { scheduledAt: startedAt, endedAt: startedAt, trigger: 'schedule' } as const;
  appendRecord(nodeFiles, layout(), sampleRecord({ tenant, name, runId: `${name}-${startedAt}`, ...fire }));
}
const historyOf = (name: string) => readHistory(hostWith(), 'default', { job: name }).map(({ runId }) => runId);

const old = [job('acme', 'backup'), job('acme', 'other'), job('acme', 'third')];
const fresh = [job('ops', 'nightly'), job('acme', 'other'), job('acme', 'third')];
const moved = [{ from: 'acme/backup', to: 'ops/nightly' }];

describe('a job that is declared as moved', () => {
  beforeEach(async () => {
    clock = start;
    await apply(declared(old));
    ran('acme', 'backup', '2026-11-21T06:00:00Z');
    ran('acme', 'other', '2026-11-21T06:00:00Z');
  });

  it('is one step of the plan, and nothing is deleted or installed twice', async () => {
    const plan = await planOf(declared(fresh, moved));
    expect(plan.summary).toMatchObject({ create: 0, delete: 0, move: 1, unchanged: 2 });
    expect(plan.changes.find(({ action }) => action === 'move')).toMatchObject({
      tenant: 'ops',
      name: 'nightly',
      from: 'acme/backup',
      reasons: ['moved from acme/backup'],
      differences: [],
    });
    expect(printPlan(plan)).toContain('moved from acme/backup');
    await apply(declared(fresh, moved));
    expect(machine().sort()).toEqual([
      'one/default.acme.other.entry',
      'one/default.acme.third.entry',
      'one/default.ops.nightly.entry',
    ]);
    expect(hasChanges(await planOf(declared(fresh, moved)))).toBe(false);
    expect(hasChanges(await planOf(declared(fresh)))).toBe(false);
  });

  it('keeps its history and what is handled', async () => {
    // The machine slept over the fire time of the 22nd: it is still to be caught up, under whichever name.
    const key = { tenant: 'acme', name: 'backup' };
    seedHandled(nodeFiles, layout(), key, start / 1000 + 1);
    // And a run ended well, whose runner is still to start what follows.
    const owner = { pid: 2 ** 22 + 1, startTicks: '1', bootId: null };
    const following = [{ runId: 'one', endedAt: '2026-11-21T06:00:00Z', owner, followers: ['acme/other'] }];
    changeJobState(nodeFiles, layout(), key, (state) => [{ ...state, following }, undefined]);
    clock = start + 86_400_000;
    await apply(declared(fresh, moved));
    expect(readHandled(nodeFiles, layout(), { tenant: 'ops', name: 'nightly' })).toBe(start / 1000 + 1);
    expect(readJobState(nodeFiles, layout(), { tenant: 'ops', name: 'nightly' }).following).toEqual(following);
    ran('ops', 'nightly', '2026-11-23T06:00:00Z');
    expect(historyOf('nightly')).toEqual(['nightly-2026-11-23T06:00:00Z', 'backup-2026-11-21T06:00:00Z']);
    expect(historyOf('other')).toEqual(['other-2026-11-21T06:00:00Z']);
  });

  it.each<[string, Partial<Job>, Partial<Job>]>([
    ['is due at other times', {}, { trigger: { kind: 'schedule', expression: '0 9 * * *', timezone: 'UTC' } }],
    ['was paused', { paused: true }, {}],
    ['is to catch up from now on', {}, { persistent: true }],
  ])('that %s is not run for what it missed before, and neither after a rollback', async (_, before, after) => {
    await apply(declared([job('acme', 'backup', before), ...old.slice(1)]));
    clock += 2 * 86_400_000;
    await apply(declared([job('ops', 'nightly', { backend: 'two', ...after }), ...old.slice(1)], moved));
    expect(readHandled(nodeFiles, layout(), { tenant: 'ops', name: 'nightly' })).toBe(clock / 1000);
    clock += 2 * 86_400_000;
    await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation' } });
    expect(readHandled(nodeFiles, layout(), { tenant: 'acme', name: 'backup' })).toBe(clock / 1000);
  });

  it('goes back with a rollback, with its history', async () => {
    await apply(declared(fresh, moved));
    clock = start + 3_600_000;
    await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation' } });
    expect(machine()).toContain('one/default.acme.backup.entry');
    expect(machine()).toHaveLength(3);
    expect(historyOf('backup')).toEqual(['backup-2026-11-21T06:00:00Z']);
  });

  it('is found by the names between, on a host that was away, and may change its backend and more', async () => {
    const chain = [
      { from: 'acme/backup', to: 'acme/interim' },
      { from: 'acme/interim', to: 'ops/nightly' },
    ];
    const plan = await planOf(declared([job('ops', 'nightly', { backend: 'two', paused: true }), ...old.slice(1)], chain));
    const change = plan.changes.find(({ action }) => action === 'move');
    expect(change).toMatchObject({ from: 'acme/backup', backend: 'two', fromBackend: 'one' });
    expect(change?.differences.map(({ path }) => path)).toEqual(['backend', 'paused']);
    await applyPlan({ host: hostWith(), backends: backends(), plan });
    expect(machine()).toEqual(['one/default.acme.other.entry', 'one/default.acme.third.entry', 'two/default.ops.nightly.entry']);
  });

  it('to a place that is not for this host is deleted with that reason', async () => {
    const excluded = [{ tenant: 'ops', name: 'nightly', reason: 'it is for other hosts' }];
    const plan = await planOf({ ...declared(old.slice(1), moved), excluded });
    expect(plan.changes).toContainEqual(
      expect.objectContaining({ action: 'delete', name: 'backup', reasons: ['not for this host: it is for other hosts'] }),
    );
  });

  it('that was edited by hand waits for --repair', async () => {
    const file = join(root, 'one/default.acme.backup.entry');
    const entry = JSON.parse(nodeFiles.readText(file) ?? '');
    nodeFiles.write(
      file,
      JSON.stringify({ ...entry, artifact: { ...entry.artifact, files: [{ name: 'entry', content: 'x' }] } }),
    );
    const plan = await planOf(declared(fresh, moved));
    expect(plan.summary).toMatchObject({ move: 0, delete: 0, create: 0, drifted: 1 });
    const repaired = await makePlan({ host: hostWith(), backends: backends(), declared: declared(fresh, moved), repair: true });
    expect(repaired.summary).toMatchObject({ move: 1, delete: 0 });
  });

  it.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])(
    'is under the old or the new name, never both or none, whichever effect fails (%s)',
    async (mode) => {
      for (let at = 1; at < 60; at += 3) {
        const files = faultyFiles(nodeFiles, { at, mode });
        await apply(declared(fresh, moved), files).catch(() => undefined);
        // What a dead process held is nobody's.
        nodeFiles.remove(layout().lock);
        rmSync(layout().runLocks, { recursive: true, force: true });
        await recoverNamespace(hostWith(), backends(), 'default');
        const names = machine().filter((name) => !/other|third/.test(name));
        expect(names, `effect ${at}`).toHaveLength(1);
        const isNew = names[0] === 'one/default.ops.nightly.entry';
        expect(historyOf(isNew ? 'nightly' : 'backup'), `effect ${at}`).toHaveLength(1);
        if (isNew) await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation' } });
        clock += 86_400_000 * (isNew ? 1 : 0);
        expect(machine()).toContain('one/default.acme.backup.entry');
      }
    },
  );
});
