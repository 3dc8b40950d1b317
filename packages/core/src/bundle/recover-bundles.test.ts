import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { Killed } from '../apply/faulty-files.fixture.ts';
import type { Files } from '../host/files.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bundleLayout } from './bundle-layout.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { type BundleRecovery, recoverBundles } from './recover-bundles.ts';
import { restoreBundle } from './restore/restore.ts';
import { swapBackScript } from './restore/swap-roots.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import type { BundleInput } from './spec/define-bundle.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

const layout = () => bundleLayout(service.host().stateDir, 'default');
const one = (folder = service.root): string => readFileSync(join(folder, 'one'), 'utf8');
const capture = (change: Partial<BundleInput> = {}) =>
  captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(change), full: true });

/** Files that are dead from the moment that a thing is asked of them. */
function filesUntil(isEnd: (...what: readonly [name: string, ...args: readonly unknown[]]) => boolean): Files {
  let dead = false;
  const files = Object.entries(nodeFiles).map(([name, work]) => [
    name,
    (...args: readonly unknown[]) => {
      dead ||= isEnd(name, ...args);
      if (dead) throw new Killed('dead');
      return Reflect.apply(work, nodeFiles, args);
    },
  ]);
  return { ...nodeFiles, ...Object.fromEntries(files) };
}

/** A restore of what was captured, whose process dies; then its lock is broken, as the next command does it. */
async function diesIn(files: Files, change: Partial<BundleInput> = {}): Promise<void> {
  const store = openStore(service.host(), 'default');
  const bundle = await findBundle({ host: service.host(), namespace: 'default', store, which: 'latest' });
  const input = { host: service.host(files), namespace: 'default', spec: service.spec(change), bundle };
  await expect(restoreBundle(input)).rejects.toThrow();
  for (const name of nodeFiles.list(layout().root)) if (name.startsWith('lock')) nodeFiles.remove(join(layout().root, name));
}
const recover = async (): Promise<readonly BundleRecovery[]> => await recoverBundles(service.host(), 'default');
const beside = (): readonly string[] => readdirSync(join(service.root, '..')).filter((name) => name !== 'data');

test('what was written to a restored state is kept when its restore was cut off after the service was started', async () => {
  service.start();
  await capture();
  writeFileSync(join(service.root, 'one'), 'later state\n');
  // The health of the service is asked for only when it runs again.
  const reached = join(service.folder, 'health');
  const change: Partial<BundleInput> = { hooks: { health: [['touch', reached]] } };
  await diesIn(
    filesUntil(() => existsSync(reached)),
    change,
  );
  expect(service.running()).toBe(true);
  writeFileSync(join(service.root, 'one'), 'written to the restored state\n');
  const { notes } = await capture();
  expect(one()).toBe('later state\n');
  expect(service.running()).toBe(true);
  const [kept = ''] = beside();
  expect(beside()).toEqual([expect.stringMatching(/^\.rota-restored-[0-9a-f]+-data$/)]);
  expect(one(join(service.root, '..', kept))).toBe('written to the restored state\n');
  expect(notes).toEqual([expect.stringContaining(kept)]);
  expect(nodeFiles.list(layout().work)).toEqual([]);
});

test('what a database held before is kept when its restore was cut off', async () => {
  const database = join(service.folder, 'database');
  const reached = join(service.folder, 'health');
  const change: Partial<BundleInput> = {
    databases: [{ kind: 'command', name: 'db', dump: ['cat', database], restore: ['sh', '-c', `cat > ${database}`] }],
    hooks: { health: [['touch', reached]] },
  };
  writeFileSync(database, 'captured');
  await capture(change);
  writeFileSync(database, 'later');
  await diesIn(
    filesUntil(() => existsSync(reached)),
    change,
  );
  const told = (await recover())[0]?.notes.find((note) => note.includes('The database db may hold what was restored'));
  expect(readFileSync(/is kept: (.*)$/.exec(told ?? '')?.[1] ?? '', 'utf8')).toBe('later');
});

describe('a root that somebody has made anew between the two renames of a restore', () => {
  beforeEach(async () => {
    await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    await diesIn(filesUntil((name, ...args) => name === 'append' && String(args[1]).includes('"place"')));
    expect(existsSync(service.root)).toBe(false);
    mkdirSync(service.root);
  });

  test('makes way for what was there before', async () => {
    expect(await recover()).toMatchObject([{ outcome: 'undone', notes: [] }]);
    expect(one()).toBe('later state\n');
    expect(beside()).toEqual([]);
  });

  test('is kept beside it when something was written to it', async () => {
    writeFileSync(join(service.root, 'one'), 'begun anew\n');
    const [recovered] = await recover();
    expect(one()).toBe('later state\n');
    const [kept = ''] = beside();
    expect(one(join(service.root, '..', kept))).toBe('begun anew\n');
    expect(recovered?.notes).toEqual([expect.stringContaining(kept)]);
  });

  test.each(['', 'begun anew\n'])('makes way also for the guard, when it holds "%s"', async (text) => {
    if (text !== '') writeFileSync(join(service.root, 'one'), text);
    const folder = join(service.root, '..');
    const [fresh = '', before = ''] = ['.rota-restore-', '.rota-before-'].map((start) =>
      join(folder, readdirSync(folder).find((name) => name.startsWith(start)) ?? ''),
    );
    execFileSync('sh', ['-c', swapBackScript([{ name: 'data', target: service.root, fresh, before, existed: true }])]);
    expect(one()).toBe('later state\n');
    expect((await recover())[0]?.notes).toHaveLength(text === '' ? 0 : 1);
    expect(one()).toBe('later state\n');
  });
});

describe('a service that cannot be started any more', () => {
  const stop = [{ name: 'app', running: ['true'], stop: ['true'], start: ['false'] }];

  test('holds up no other one, and is told of each time', async () => {
    await expect(capture({ stop })).rejects.toThrow('Starting app failed');
    const other = join(service.folder, 'other');
    mkdirSync(other);
    const change: Partial<BundleInput> = { name: 'other', roots: [{ name: 'data', path: other }], stop: [] };
    for (const _ of [1, 2]) {
      const { outcome, notes } = await capture(change);
      expect(outcome).toBe('ok');
      expect(notes).toEqual([expect.stringContaining('Starting app failed')]);
    }
    expect(nodeFiles.list(layout().work)).toHaveLength(1);
    expect(await recover()).toMatchObject([{ outcome: 'failed', started: [] }]);
  });

  test('has its roots back all the same, once', async () => {
    await capture();
    writeFileSync(join(service.root, 'one'), 'later state\n');
    const reached = join(service.folder, 'health');
    await diesIn(
      filesUntil(() => existsSync(reached)),
      {
        hooks: { health: [['touch', reached]] },
        stop: [{ name: 'app', running: ['true'], stop: ['true'], start: ['test', '!', '-e', reached] }],
      },
    );
    expect(await recover()).toMatchObject([{ outcome: 'failed', notes: [expect.stringContaining('.rota-restored-')] }]);
    expect(one()).toBe('later state\n');
    rmSync(service.root, { recursive: true });
    mkdirSync(service.root);
    writeFileSync(join(service.root, 'one'), 'by hand\n');
    expect(await recover()).toMatchObject([{ outcome: 'failed' }]);
    expect(one()).toBe('by hand\n');
  });
});
