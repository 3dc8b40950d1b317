import { copyFileSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundled, output, sampleSize, temporaryFolder } from '@rota/test-support';
import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { installedEntries } from '../apply/installed-entries.ts';
import { readJournal } from '../apply/journal.ts';
import { listGenerations } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { readSyncStatus } from './sync-status.ts';

const scripts = temporaryFolder();
beforeAll(async () => {
  copyFileSync(await bundled('packages/core/src/sync/actor.test-support.ts'), join(scripts, 'actor.mjs'));
  // Where an apply looks for the runner that it installs.
  copyFileSync(await bundled('packages/core/src/run/main.ts', 'cjs'), join(scripts, 'rota-run.cjs'));
});

let place: GitWorkplace;
beforeEach(() => {
  place = gitWorkplace();
  writeFileSync(join(place.root, 'machine/foreign'), 'not ours \r\n\t');
});
afterEach(() => place.dispose());

async function actor(mode: 'apply' | 'repair' | 'sync' | 'edit', rounds: number, name: string): Promise<Counts> {
  const env = { ...process.env, GIT_CONFIG_GLOBAL: '/dev/null' };
  const script = join(scripts, 'actor.mjs');
  return JSON.parse(
    await output(process.execPath, [script, place.root, mode, String(rounds), name], { env, timeoutMs: limitMs }),
  );
}

type Counts = Record<string, number>;

/** What an actor did, and another one beside it, which goes on until it is told that the first has ended, however that was. */
async function whileBeside(first: Promise<Counts>, beside: Promise<Counts>): Promise<readonly [Counts, Counts]> {
  const enough = join(place.root, 'enough');
  await Promise.allSettled([first.finally(() => writeFileSync(enough, '')), beside]);
  rmSync(enough);
  return Promise.all([first, beside]);
}

/** Whatever happened: the scheduler holds exactly what the state says, nothing is half done, and what is foreign is as it was. */
async function expectSound(foreign = 'not ours \r\n\t'): Promise<void> {
  const layout = namespaceLayout(join(place.root, 'state'), 'default');
  expect(readJournal(place.rota.host, layout)).toBeNull();
  expect(readdirSync(layout.root).filter((name) => name.startsWith('lock'))).toEqual([]);
  expect(readFileSync(join(place.root, 'machine/foreign'), 'utf8')).toBe(foreign);
  const entries = installedEntries(place.rota.host, 'default');
  expect(place.installed()).toEqual(entries.map(({ tenant, name }) => `default.${tenant}.${name}`));
  expect((await place.rota.status()).map(({ state }) => state)).toEqual(entries.map(() => 'waiting'));
  expect(listGenerations(place.rota.host.files, layout).length).toBeGreaterThan(0);
}

const rounds = sampleSize({ here: 40, inCi: 200, long: 1000 });
/** Dearer, for git is started each time. */
const syncs = sampleSize({ here: 10, inCi: 200, long: 500 });
const limitMs = process.env.ROTA_LONG ? 1_800_000 : 300_000;

it(
  'two processes that apply different things at the same moment end with one of the two, whole',
  async () => {
    const [one, two] = await Promise.all([actor('apply', rounds, 'one'), actor('apply', rounds, 'two')]);
    for (const counts of [one, two]) {
      expect((counts.applied ?? 0) + (counts.ROTA_PLAN_STALE ?? 0) + (counts.ROTA_LOCK_HELD ?? 0)).toBe(rounds);
      expect(counts.applied).toBeGreaterThan(0);
    }
    await expectSound();
    const commands = new Set(installedEntries(place.rota.host, 'default').map(({ job }) => job.command.join(' ')));
    expect(commands.size).toBe(1);
  },
  limitMs,
);

it(
  'an apply and a sync at the same moment end with one of the two, whole, and the sync says what it did',
  async () => {
    for (const name of ['a', 'b']) place.write(`jobs/${name}.yaml`, manifest(name));
    place.commit();
    place.git('checkout', '--quiet', '-b', 'other');
    place.write('jobs/a.yaml', manifest('a', { argument: 'other' }));
    place.commit();
    const applying = actor('apply', 1_000_000, 'one');
    const [synced, applied] = await whileBeside(actor('sync', syncs, 'sync'), applying);
    expect(applied.applied).toBeGreaterThan(0);
    expect(Object.values(synced).reduce((sum, count) => sum + count, 0)).toBe(syncs);
    expect((synced.applied ?? 0) + (synced.unchanged ?? 0)).toBeGreaterThan(0);
    await expectSound();
    expect(readSyncStatus(place.rota.host, 'default')?.outcome).toMatch(/^(applied|unchanged|failed)$/);
  },
  limitMs,
);

it(
  'an apply and a hand edit at the same moment lose nothing of the person, and what was edited of Rota is drift',
  async () => {
    const editor = actor('edit', 1_000_000, 'editor');
    await expect.poll(() => readFileSync(join(place.root, 'machine/foreign'), 'utf8')).toMatch(/^edited/);
    const [applied, edited] = await whileBeside(actor('repair', rounds, 'one'), editor);
    expect(applied.applied).toBeGreaterThan(0);
    expect(edited.foreign).toBeGreaterThan(0);
    expect(edited.own).toBeGreaterThan(0);
    const foreign = `edited ${(edited.foreign ?? 0) + (edited.own ?? 0) - 1} times \r\n\t`;
    const entry = readFileSync(join(place.root, 'machine/default.acme.shared.entry'), 'utf8');
    const states = (await place.rota.status()).map(({ name, state }) => [name, state]);
    expect(states).toEqual([
      ['one', 'waiting'],
      ['shared', entry.includes('/bin/else') ? 'drifted' : 'waiting'],
    ]);
    await actor('repair', 1, 'one');
    await expectSound(foreign);
  },
  limitMs,
);
