import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { adoptsAnnotation, printAdoption } from '../backend/adoption.ts';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { makePlan } from '../plan/make-plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { digestOf } from '../state/digest.ts';
import { namespaceLayout } from '../state/layout.ts';
import { applyPlan } from './apply-plan.ts';
import { type FaultPlan, faultyFiles } from './faulty-files.fixture.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { rollback } from './rollback.ts';

let root: string;
beforeEach(() => {
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-adopt-'));
  for (const name of ['one', 'two']) mkdirSync(join(root, name));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const backends = () => [folderBackend('one', join(root, 'one')), folderBackend('two', join(root, 'two'))];
const noon = Date.UTC(2026, 10, 21, 12, 30);
const hostWith = (files: Files = nodeFiles, options: Partial<Host> = {}): Host =>
  createHost({
    files,
    stateDir: join(root, 'state'),
    now: () => noon,
    timezone: 'UTC',
    sleep: () => Promise.reject(new Error('there is nothing to wait for')),
    ...options,
  });
const foreign = (backend: string, name: string, text: string): void =>
  writeFileSync(join(root, backend, `${name}.foreign`), text);
const adopting = (name: string, from: string, text: string, extra: Partial<Job> = {}): Job => ({
  ...bareJob('0 6 * * *', 'UTC'),
  trigger: { kind: 'boot' },
  name,
  annotations: { [adoptsAnnotation]: printAdoption({ backend: from, key: `${name}.foreign`, digest: digestOf(text) }) },
  ...extra,
});
const planWith = (jobs: readonly Job[], adopt: boolean, host = hostWith()) =>
  makePlan({
    host,
    backends: backends(),
    declared: {
      namespace: 'default',
      source: '/jobs',
      jobs,
      excluded: [],
      removals: { maxShare: 1 },
      hostname: 'here',
      warnings: [],
    },
    backend: 'one',
    adopt,
  });
const apply = async (jobs: readonly Job[], adopt = true, host = hostWith()) =>
  applyPlan({ host, backends: backends(), plan: await planWith(jobs, adopt, host) });
/** What runs: our entries and the foreign ones that are on, with their bytes. */
const machine = (): Record<string, string> =>
  Object.fromEntries(
    ['one', 'two'].flatMap((folder) =>
      readdirSync(join(root, folder))
        .filter((file) => !file.startsWith('.rota-'))
        .map((file) => [`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')]),
    ),
  );
async function recoverAfterDeath() {
  const { lock } = namespaceLayout(join(root, 'state'), 'default');
  for (const path of [lock, `${lock}.break`]) {
    const text = nodeFiles.readText(path);
    if (text !== undefined) writeFileSync(path, JSON.stringify({ ...JSON.parse(text), pid: 2 ** 22 + 7, startTicks: '1' }));
  }
  return recoverNamespace(hostWith(), backends(), 'default');
}

describe('a job that was imported', () => {
  it('leaves its original alone without --adopt, and the plan says that both would run', async () => {
    foreign('two', 'a', 'theirs \r\n');
    const plan = await planWith([adopting('a', 'two', 'theirs \r\n')], false);
    expect(plan.changes.map(({ action }) => action)).toEqual(['create']);
    expect(plan.warnings.map(({ message }) => message).join()).toMatch(
      /rota\/a: .*still stands \(two a\.foreign\); both would run/,
    );
    await apply([adopting('a', 'two', 'theirs \r\n')], false);
    expect(machine()['two/a.foreign']).toBe('theirs \r\n');
  });

  it('takes its place in one step, after which the plan is empty', async () => {
    foreign('two', 'a', 'theirs');
    const jobs = [adopting('a', 'two', 'theirs')];
    const result = await apply(jobs);
    expect(result.changes.map(({ action, adopts }) => [action, adopts?.id])).toEqual([['adopt', 'a.foreign']]);
    expect(Object.keys(machine())).toEqual(['one/default.rota.a.entry', 'two/a.foreign.off']);
    for (const adopt of [true, false]) {
      const again = await planWith(jobs, adopt);
      expect(hasChanges(again)).toBe(false);
      expect(again.warnings).toEqual([]);
    }
  });

  it('is adopted later, too, when it was installed beside its original at first', async () => {
    foreign('one', 'a', 'theirs');
    const jobs = [adopting('a', 'one', 'theirs')];
    await apply(jobs, false);
    const { summary } = await planWith(jobs, true);
    expect(summary).toMatchObject({ adopt: 1, unchanged: 0 });
    await apply(jobs);
    expect(Object.keys(machine())).toEqual(['one/a.foreign.off', 'one/default.rota.a.entry']);
  });

  it('does not take the place of an original that was edited since', async () => {
    foreign('two', 'a', 'edited');
    const jobs = [adopting('a', 'two', 'theirs')];
    await expect(apply(jobs)).rejects.toMatchObject({ code: 'ROTA_ADOPT_CHANGED' });
    expect(machine()).toEqual({ 'two/a.foreign': 'edited' });
    expect((await planWith(jobs, false)).warnings.map(({ message }) => message).join()).toContain('was edited since');
    foreign('two', 'a', 'theirs');
    const plan = await planWith(jobs, true);
    foreign('two', 'a', 'edited between plan and apply');
    await expect(applyPlan({ host: hostWith(), backends: backends(), plan })).rejects.toMatchObject({
      code: 'ROTA_APPLY_FAILED',
    });
    expect(machine()).toEqual({ 'two/a.foreign': 'edited between plan and apply' });
  });

  it.each([
    ['is put back by somebody while the job is made does not run beside it', 'theirs', 'one/a.foreign.off'],
    ['is made another meanwhile leaves that one as it is', 'edited', 'one/a.foreign'],
  ])('whose original %s', async (_, saved, there) => {
    foreign('one', 'a', 'theirs');
    const jobs = [adopting('a', 'one', 'theirs')];
    const [plain, ...others] = backends();
    if (plain === undefined) throw new Error('no backend');
    // As an editor does that was opened before: what it saves takes the place of what stands there.
    const disturbed = {
      ...plain,
      apply: async (...input: Parameters<typeof plain.apply>) => {
        rmSync(join(root, 'one/a.foreign.off'), { force: true });
        foreign('one', 'a', saved);
        await plain.apply(...input);
      },
    };
    await applyPlan({ host: hostWith(), backends: [disturbed, ...others], plan: await planWith(jobs, true) });
    expect(Object.keys(machine()).sort()).toEqual([there, 'one/default.rota.a.entry']);
  });

  it('waits until no fire time is near, and counts what was due before as handled', async () => {
    foreign('two', 'a', 'theirs');
    let now = Date.UTC(2026, 10, 21, 5, 59, 30);
    const slept: number[] = [];
    const host = hostWith(nodeFiles, {
      now: () => now,
      sleep: async (ms) => {
        slept.push(ms);
        now += ms;
      },
    });
    const trigger = { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' } as const;
    const retry = { enabled: true, attempts: 1, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 } as const;
    await apply([adopting('a', 'two', 'theirs', { trigger, retry })], true, host);
    expect(slept.length).toBeGreaterThan(0);
    expect(now).toBeGreaterThanOrEqual(Date.UTC(2026, 10, 21, 6, 2));
    const handled = readFileSync(join(namespaceLayout(join(root, 'state'), 'default').handled, 'rota.a.jsonl'), 'utf8');
    expect(handled).toContain(new Date(now).toISOString().slice(0, 16));
  });

  it('changes nothing when it is interrupted while it waits', async () => {
    foreign('two', 'a', 'theirs');
    const interrupt = new AbortController();
    const host = hostWith(nodeFiles, { now: () => Date.UTC(2026, 10, 21, 5, 59, 30), sleep: async () => interrupt.abort() });
    const trigger = { kind: 'schedule', expression: '0 6 * * *', timezone: 'UTC' } as const;
    const plan = await planWith([adopting('a', 'two', 'theirs', { trigger })], true, host);
    const made = applyPlan({ host, backends: backends(), plan, signal: interrupt.signal });
    await expect(made).rejects.toMatchObject({ code: 'ROTA_INTERRUPTED' });
    expect(machine()).toEqual({ 'two/a.foreign': 'theirs' });
  });

  it('is not held up by another entry with the same command, once it has its place', async () => {
    foreign('two', 'a', 'theirs');
    await apply([adopting('a', 'two', 'theirs')]);
    foreign('two', 'a', 'another of the same key');
    for (const adopt of [true, false]) expect((await planWith([adopting('a', 'two', 'theirs')], adopt)).warnings).toEqual([]);
  });

  it('under another name still gives its place back when everything is removed', async () => {
    foreign('two', 'a', 'theirs');
    await apply([adopting('a', 'two', 'theirs')]);
    const { name: _, ...rest } = adopting('a', 'two', 'theirs');
    const renamed = { ...rest, name: 'b' };
    const host = hostWith();
    const declared = {
      namespace: 'default',
      source: '/jobs',
      jobs: [renamed],
      excluded: [],
      removals: { maxShare: 1 },
      hostname: 'here',
      warnings: [],
      moved: [{ from: 'rota/a', to: 'rota/b' }],
    };
    const plan = await makePlan({ host, backends: backends(), declared, backend: 'one' });
    expect(plan.changes.map(({ action }) => action)).toEqual(['move']);
    await applyPlan({ host, backends: backends(), plan });
    await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'nothing' } });
    expect(machine()).toEqual({ 'two/a.foreign': 'theirs' });
  });

  it('gives its place back on rollback and destroy, byte for byte', async () => {
    foreign('one', 'a', 'theirs \u0000\r');
    foreign('two', 'b', 'others');
    const before = machine();
    await apply([adopting('c', 'one', '')].map((job) => ({ ...job, annotations: {} })));
    const first = machine();
    await apply([adopting('a', 'one', 'theirs \u0000\r'), adopting('b', 'two', 'others')]);
    const adopted = machine();
    const back = await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation' } });
    expect(machine()).toEqual(first);
    expect(back.originals).toMatchObject([
      { backend: 'one', id: 'a.foreign', state: 'on', job: { name: 'a' }, doubled: false },
      { backend: 'two', id: 'b.foreign', state: 'on', job: { name: 'b' }, doubled: false },
    ]);
    const forth = await rollback({
      host: hostWith(),
      backends: backends(),
      namespace: 'default',
      to: { kind: 'generation', number: 2 },
    });
    expect(machine()).toEqual(adopted);
    expect(forth.originals).toMatchObject([{ state: 'off' }, { state: 'off' }]);
    await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'nothing' } });
    expect(machine()).toEqual(before);
  });

  it('of a job that was installed before says after a rollback that both run', async () => {
    foreign('one', 'a', 'theirs');
    await apply([{ ...adopting('a', 'one', 'theirs'), annotations: {} }]);
    await apply([adopting('a', 'one', 'theirs')]);
    const back = await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation' } });
    expect(back).toMatchObject({ originals: [{ id: 'a.foreign', state: 'on', doubled: true }] });
  });

  it('that is no longer declared does not bring its original back, unless the way back leads before it', async () => {
    foreign('two', 'a', 'theirs');
    await apply([adopting('z', 'one', '')].map((job) => ({ ...job, annotations: {} })));
    await apply([adopting('a', 'two', 'theirs')]);
    await apply([]);
    expect(Object.keys(machine())).toEqual(['two/a.foreign.off']);
    await rollback({ host: hostWith(), backends: backends(), namespace: 'default', to: { kind: 'generation', number: 1 } });
    expect(machine()['two/a.foreign']).toBe('theirs');
  });
});

describe.each<FaultPlan['mode']>(['error', 'kill', 'kill-after'])('an adoption in which one effect fails (%s)', (mode) => {
  const jobs = () => [
    adopting('a', 'two', 'theirs'),
    adopting('b', 'one', 'others'),
    adopting('c', 'one', '', { annotations: {} }),
  ];

  it('leaves the original or the job, never both or none, whichever effect it is', async () => {
    const outcomes = new Set<string>();
    for (let at = 1; ; at++) {
      rmSync(join(root, 'state'), { recursive: true, force: true });
      for (const name of ['one', 'two']) {
        rmSync(join(root, name), { recursive: true, force: true });
        mkdirSync(join(root, name));
      }
      foreign('two', 'a', 'theirs');
      foreign('one', 'b', 'others');
      const old = JSON.stringify(machine());
      const files = faultyFiles(nodeFiles, { at, mode });
      const failed = await apply(jobs(), true, hostWith(files)).then(
        () => false,
        () => true,
      );
      const recovery = await recoverAfterDeath();
      const now = machine();
      const isOld = JSON.stringify(now) === old;
      const isNew =
        !hasChanges(await planWith(jobs(), true)) &&
        now['two/a.foreign.off'] === 'theirs' &&
        now['one/b.foreign.off'] === 'others';
      expect(isOld !== isNew, `effect ${at}: ${Object.keys(now).join()}`).toBe(true);
      outcomes.add(recovery?.outcome ?? (isOld ? 'old' : 'new'));
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(400);
    }
    expect([...outcomes]).toEqual(expect.arrayContaining(mode === 'error' ? ['old', 'new'] : ['old', 'completed']));
  });

  it('on its way back leaves one of the two generations', async () => {
    foreign('two', 'a', 'theirs');
    foreign('one', 'b', 'others');
    await apply([adopting('c', 'one', '', { annotations: {} })]);
    const old = JSON.stringify(machine());
    await apply(jobs());
    const fresh = JSON.stringify(machine());
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 60 }), async (at) => {
        const host = hostWith(faultyFiles(nodeFiles, { at, mode }));
        await rollback({ host, backends: backends(), namespace: 'default', to: { kind: 'generation', number: 1 } }).catch(
          () => undefined,
        );
        await recoverAfterDeath();
        expect([old, fresh]).toContain(JSON.stringify(machine()));
        await apply(jobs());
        expect(JSON.stringify(machine())).toBe(fresh);
      }),
      { numRuns: 8 },
    );
  });
});
