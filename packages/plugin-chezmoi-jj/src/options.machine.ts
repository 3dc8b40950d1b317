import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec } from '@rota/test-support';
import { beforeEach, expect, test } from 'vitest';
import type { DotfileOptionsInput } from './options.ts';
import { placeOf } from './sync/session/place.ts';
import { requireRemote } from './sync/session/require-remote.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const pair = (options: Partial<DotfileOptionsInput> = {}) => hostsInStep(world, { '.one': 'one\n', '.two': 'two\n' }, options);

const published = async (branch?: string): Promise<readonly string[]> => Object.keys((await world.published(branch)) ?? {});

test('`branch` is the branch that hosts share', async () => {
  const [a, b] = await pair({ branch: 'dot/files' });
  a.write('.one', 'ONE\n');
  await a.sync();
  expect(await b.sync()).toMatchObject({ state: 'ok', applied: ['.one'] });
  expect(await published('dot/files')).toEqual(['dot_one', 'dot_two']);
  expect(await world.published('main')).toBeUndefined();
});

test('`hostId` names the bookmark of the host', async () => {
  const a = world.host('a', { hostId: 'Work Laptop' });
  a.write('.one', 'one\n');
  await a.chezmoi('init');
  await a.chezmoi('add', join(a.home, '.one'));
  expect((await a.sync()).host).toMatch(/^host\/work-laptop-[0-9a-f]{8}$/);
});

test('without `autoCommit` edits stay at home and are reported, and those of others come', async () => {
  const [a, b] = await pair();
  const still = world.host('b', { autoCommit: false });
  still.write('.one', 'mine\n');
  a.write('.two', 'TWO\n');
  await a.sync();
  expect(await still.sync()).toMatchObject({
    captured: [],
    applied: ['.two'],
    drift: [{ path: '.one', reason: 'not-captured' }],
  });
  expect(b.read('.one')).toBe('mine\n');
  expect(await world.published()).toMatchObject({ dot_one: 'one', dot_two: 'TWO' });
});

test('without `autoPush` edits are kept here until they may go', async () => {
  const [a] = await pair();
  const quiet = world.host('a', { autoPush: false });
  a.write('.one', 'ONE\n');
  expect(await quiet.sync()).toMatchObject({ state: 'pending-push', captured: ['.one'], pendingPush: true });
  expect(await world.published()).toMatchObject({ dot_one: 'one' });
  expect(await a.sync()).toMatchObject({ state: 'ok', pendingPush: false });
  expect(await world.published()).toMatchObject({ dot_one: 'ONE' });
});

test('with `--no-push` nothing leaves this host, also when there is news to merge', async () => {
  const [a, b] = await pair();
  a.write('.one', 'ONE\n');
  await a.sync();
  b.write('.two', 'TWO\n');
  const kept = await b.sync({ noPush: true });
  expect(kept).toMatchObject({ state: 'pending-push', captured: ['.two'], applied: ['.one'], pendingPush: true });
  for (const branch of ['main', kept.host]) expect(await world.published(branch)).toMatchObject({ dot_two: 'two' });
  expect(await b.sync()).toMatchObject({ state: 'ok', pendingPush: false });
  expect(await world.published()).toEqual({ dot_one: 'ONE', dot_two: 'TWO' });
});

test.each([
  ['managed', ['dot_new', 'dot_one', 'dot_two']],
  ['all', ['README.md', 'dot_new', 'dot_one', 'dot_two']],
  ['none', ['dot_one', 'dot_two']],
] as const)('`trackNewFiles: %s` takes what it says', async (trackNewFiles, expected) => {
  const [a] = await pair({ trackNewFiles: 'managed' });
  const taking = world.host('a', { trackNewFiles });
  writeFileSync(join(a.tree, 'dot_new'), 'new\n');
  writeFileSync(join(a.tree, '.chezmoiignore'), 'README.md\n');
  writeFileSync(join(a.tree, 'README.md'), 'read me\n');
  await taking.sync();
  expect((await published()).filter((path) => path !== '.chezmoiignore')).toEqual(expected);
});

test('`keepBackups` is how many are kept, the latest', async () => {
  const [a] = await pair();
  const b = world.host('b', { keepBackups: 2 });
  for (const text of ['1\n', '2\n', '3\n', '4\n']) {
    a.write('.one', text);
    await a.sync();
    await b.sync();
  }
  const { backups } = placeOf(b.host);
  const kept = readdirSync(backups).sort();
  expect(kept.map((name) => readFileSync(join(backups, name, 'files/.one'), 'utf8'))).toEqual(['2\n', '3\n']);
});

test('`commitMessage` is the subject, with host, time and number of files, and the author is the one that jj knows, else the user', async () => {
  const [a] = await pair({ commitMessage: '{files} of {host} at {time}' });
  const author = async () => (await a.git('--git-dir', world.origin, 'log', '-1', '--format=%an <%ae>', 'main')).trim();
  expect(await author()).toBe('ada <ada@a>');
  a.write('.config/jj/config.toml', '[user]\nname = "Ada Lovelace"\nemail = "ada@example.net"\n');
  a.write('.one', 'ONE\n');
  a.write('.two', 'TWO\n');
  await a.sync();
  expect(await a.git('--git-dir', world.origin, 'log', '-1', '--format=%s', 'main')).toMatch(
    /^2 of a at 20\d\d-\d\d-\d\dT[\d:]+Z$/,
  );
  // The commit that was being worked on had its author already.
  a.write('.one', 'uno\n');
  await a.sync();
  expect(await author()).toBe('Ada Lovelace <ada@example.net>');
});

test('`statusFile` is a copy that all may read; one that cannot be written ends no sync', async () => {
  const [a] = await pair({ statusFile: '~/.cache/dotfiles.json' });
  const copy = join(a.home, '.cache/dotfiles.json');
  expect(JSON.parse(readFileSync(copy, 'utf8'))).toEqual(JSON.parse(readFileSync(placeOf(a.host).status, 'utf8')));
  expect(statSync(copy).mode & 0o777).toBe(0o644);
  const locked = join(world.root, 'locked');
  mkdirSync(locked);
  chmodSync(locked, 0o500);
  const other = world.host('a', { statusFile: join(locked, 'status.json') });
  a.write('.one', 'ONE\n');
  expect(await other.sync()).toMatchObject({ state: 'ok', captured: ['.one'], lastError: { kind: 'status-file' } });
  expect(await world.published()).toMatchObject({ dot_one: 'ONE' });
});

test('`allowSecrets` lets a dotfile pass, and no other', async () => {
  const [a] = await pair({ allowSecrets: ['.one'] });
  const secret = `ghp_${'a1B2c3D4e5'.repeat(4)}\n`;
  a.write('.one', secret);
  a.write('.two', secret);
  expect(await a.sync()).toMatchObject({ captured: ['.one'], blockedSecrets: [{ path: '.two' }] });
  expect(await world.published()).toMatchObject({ dot_one: secret.trimEnd(), dot_two: 'two' });
});

test('`retries` is how often a chezmoi that holds its state is waited for', async () => {
  const [a] = await pair();
  const state = join(a.home, '.config/chezmoi/chezmoistate.boltdb');
  expect(existsSync(state)).toBe(true);
  const [taken, free] = [join(world.root, 'taken'), join(world.root, 'free')];
  // bbolt takes flock(2).
  const held = exec('flock', [state, 'sh', '-c', 'touch "$1"; until [ -e "$2" ]; do sleep 0.1; done', 'sh', taken, free]);
  await expect.poll(() => existsSync(taken)).toBe(true);
  expect(await world.host('a', { retries: 0 }).sync()).toMatchObject({ state: 'busy' });
  a.write('.one', 'ONE\n');
  setTimeout(() => writeFileSync(free, ''), 2000);
  expect(await world.host('a', { retries: 8 }).sync()).toMatchObject({ state: 'ok', captured: ['.one'] });
  await held;
});

test('`timeout` ends a program that does not answer: the remote was not reached', async () => {
  const [a] = await pair();
  const repoUrl = 'ssh://nowhere.example/dotfiles.git';
  await a.jj('git', 'remote', 'set-url', 'origin', repoUrl);
  const waiting = world.host('a', { repoUrl, timeout: 2 });
  const host = { ...waiting.host, env: { ...waiting.host.env, GIT_SSH_COMMAND: 'sleep 400;:' } };
  const started = Date.now();
  const { status } = await syncDotfiles(host, waiting.options);
  expect(status).toMatchObject({ state: 'offline', lastError: { kind: 'network' } });
  expect(Date.now() - started).toBeLessThan(200_000);
});

test('without `repoUrl` the job is refused before it is installed, unless the chezmoi folder has an origin', async () => {
  const [a] = await pair();
  const alone = world.host('alone');
  const { repoUrl: _, ...options } = alone.options;
  await expect(requireRemote(alone.host, options)).rejects.toMatchObject({
    code: 'ROTA_DOTFILES_CONFIG',
    message: expect.stringContaining('has no `origin`'),
  });
  await requireRemote(a.host, options);
  await requireRemote(alone.host, { ...options, users: ['ada'] });
});
