import { cpSync, existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { readFleet } from './fleet/read-fleet.ts';
import { readPicture } from './jj/picture.ts';
import { publish } from './sync/remote/publish.ts';
import { openSession } from './sync/session/open-session.ts';
import { placeOf } from './sync/session/place.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { movesBackwards } from './testing/invariants.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const pair = (files: Readonly<Record<string, string>> = { '.zshrc': text }) => hostsInStep(world, files);

describe('the network, the disk and the programs around a sync', () => {
  test.each([
    ['transparent encryption', 'encryption = "transparent"\n', /transparent encryption/],
    ['symlink mode', 'mode = "symlink"\n', /symlink mode/],
    ['autoCommit', '[git]\nautoCommit = true\n', /git\.autoCommit is on/],
  ])('%s is refused with the reason, and nothing is touched', async (_, config, message) => {
    const a = world.host('a');
    a.write('.config/chezmoi/chezmoi.toml', config);
    mkdirSync(a.tree, { recursive: true });
    await expect(a.sync()).rejects.toMatchObject({ code: 'ROTA_DOTFILES_CONFIG', message: expect.stringMatching(message) });
    expect(existsSync(join(a.tree, '.jj'))).toBe(false);
  });

  test('a git that is too old is refused', async () => {
    const a = world.host('a');
    const bin = join(world.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, 'git'), '#!/bin/sh\necho git version 2.39.5\n', { mode: 0o755 });
    const host = { ...a.host, env: { ...a.host.env, PATH: `${bin}:${a.host.env.PATH}` } };
    await expect(syncDotfiles(host, a.options)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_CONFIG',
      message: expect.stringContaining('git 2.39.5 is too old'),
    });
  });

  test('a copied disk takes a name of its own, and both hosts go on', async () => {
    const [a] = await pair();
    const copy = world.host('a-copy');
    const seen = { ...copy.host, hostname: 'a', files: { ...copy.host.files } };
    // The same machine id and user, and another home folder at the same path: the kept name is what was copied.
    mkdirSync(placeOf(copy.host).folder, { recursive: true });
    writeFileSync(placeOf(copy.host).identity, readFileSync(placeOf(a.host).identity));
    copy.write('.only-copy', 'c\n');
    await copy.chezmoi('init');
    await copy.chezmoi('add', join(copy.home, '.only-copy'));
    await syncDotfiles(seen, copy.options);
    a.write('.zshrc', text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    const names = (await a.git('--git-dir', world.origin, 'for-each-ref', '--format=%(refname)', 'refs/heads/host/')).split('\n');
    expect(names.length).toBe(3);
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_only-copy', 'dot_zshrc']);
    expect(await movesBackwards(world)).toEqual([]);
  });

  test.each([
    ['is found by the sync', false],
    ['was fetched by hand', true],
  ])('a copied disk on which nobody works reverts nothing of the other machine, which %s', async (_, isFetched) => {
    const [a, b] = await pair();
    const [copied, away] = [join(world.root, 'copied'), join(world.root, 'away')];
    cpSync(a.home, copied, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    a.write('.zshrc', text.replace('one', 'ONE'));
    const { host } = await a.sync();
    renameSync(a.home, away);
    renameSync(copied, a.home);
    if (isFetched) await a.jj('git', 'fetch');
    const copy = await a.sync();
    expect(copy).toMatchObject({ state: 'ok', captured: [], applied: ['.zshrc'] });
    expect(copy.host).not.toBe(host);
    a.write('.zshrc', text.replace('one', 'ONE').replace('five', 'FIVE'));
    await a.sync();
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE').replace('five', 'FIVE'));
    renameSync(a.home, copied);
    renameSync(away, a.home);
    expect(await a.sync()).toMatchObject({ state: 'ok', host, applied: ['.zshrc'] });
    expect(await movesBackwards(world)).toEqual([]);
  });

  test('hosts that publish at the same time do not lose the race', async () => {
    const [a, b] = await pair({ '.one': 'x\n', '.two': 'y\n' });
    a.write('.one', 'a\n');
    b.write('.two', 'b\n');
    const states = await Promise.all([a.sync(), b.sync()]);
    expect(states.map(({ state }) => state)).toEqual(['ok', 'ok']);
    await a.sync();
    expect([a.read('.one'), a.read('.two')]).toEqual(['a\n', 'b\n']);
    // Each time that `b` is about to publish, `a` is faster.
    let races = 2;
    const run: typeof b.host.run = async (request) => {
      if (request.args.includes('push') && races > 0) {
        races -= 1;
        a.write('.one', `race ${races}\n`);
        await a.sync();
      }
      return await b.host.run(request);
    };
    b.write('.two', 'raced\n');
    const racing = async (retries: number) => (await syncDotfiles({ ...b.host, run }, { ...b.options, retries })).status;
    expect(await racing(0)).toMatchObject({ state: 'pending-push', captured: ['.two'] });
    expect(await world.published()).toEqual({ dot_one: 'race 1', dot_two: 'b' });
    expect(await racing(1)).toMatchObject({ state: 'ok', pendingPush: false });
    expect(await world.published()).toEqual({ dot_one: 'race 0', dot_two: 'raced' });
    expect(await movesBackwards(world)).toEqual([]);

    // jj itself would move the branch back, for it was there last.
    const session = await openSession(b.host, b.options);
    const picture = await readPicture(session.jj, session.names);
    const first = (await b.git('rev-list', '--max-parents=0', 'main')).trim();
    await expect(publish(session, { ...picture, heads: [] }, first)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      message: expect.stringContaining('nothing was published'),
    });
    expect(await world.published()).toEqual({ dot_one: 'race 0', dot_two: 'raced' });
  });

  test('without a network a sync is no failure, and the next one continues', async () => {
    const [a, b] = await pair();
    a.reach(false);
    a.write('.zshrc', text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ state: 'offline', captured: ['.zshrc'], pendingPush: true });
    expect(await a.sync()).toMatchObject({ state: 'offline', captured: [] });
    a.reach(true);
    expect(await a.sync()).toMatchObject({ state: 'ok', pendingPush: false });
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });

  test('a remote that may only be read is followed, and commits are kept', async () => {
    const [a, b] = await pair();
    writeFileSync(
      join(world.origin, 'hooks/pre-receive'),
      '#!/bin/sh\necho "pre-receive hook declined: read only" >&2\nexit 1\n',
      { mode: 0o755 },
    );
    b.write('.zshrc', text.replace('one', 'ONE'));
    expect(await b.sync()).toMatchObject({ state: 'pending-push', pendingPush: true, lastError: { kind: 'rights' } });
    rmSync(join(world.origin, 'hooks/pre-receive'));
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    await a.sync();
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });

  test('a remote that may not even be read any more does not look well', async () => {
    const [a] = await pair();
    const repoUrl = 'ssh://nowhere.example/dotfiles.git';
    await a.jj('git', 'remote', 'set-url', 'origin', repoUrl);
    const shut = world.host('a', { repoUrl });
    const refusal = 'echo "remote: Permission to dotfiles.git denied to ada. error: 403" >&2; exit 1;:';
    const host = { ...shut.host, env: { ...shut.host.env, GIT_SSH_COMMAND: refusal } };
    const { status, before } = await syncDotfiles(host, shut.options);
    expect(status).toMatchObject({ state: 'offline', lastError: { kind: 'rights' }, lastSuccess: before?.lastSuccess });
  });

  test('a rebase of git that is not finished, and a chezmoi that is at work, are waited for', async () => {
    const [a] = await pair();
    mkdirSync(join(a.tree, '.git/rebase-merge'));
    expect(await a.sync()).toMatchObject({ state: 'busy' });
    rmSync(join(a.tree, '.git/rebase-merge'), { recursive: true });
    a.write('.zshrc', text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
  });

  test('unrelated histories are joined, and the folder that was there is kept', async () => {
    const [a] = await pair({ '.zshrc': text });
    const c = world.host('c');
    c.write('.mine', 'mine\n');
    await c.chezmoi('init');
    await c.chezmoi('add', join(c.home, '.mine'));
    await c.git('add', '-A');
    await c.git('commit', '-q', '-m', 'my own');
    expect(await c.sync()).toMatchObject({ state: 'ok' });
    expect([c.read('.mine'), c.read('.zshrc')]).toEqual(['mine\n', text]);
    await a.sync();
    expect(a.read('.mine')).toBe('mine\n');
  });

  test('the fleet says who is behind and who disagrees, on what and since when', async () => {
    const [a, b] = await pair();
    const c = world.host('c');
    await c.sync();
    a.write('.zshrc', text.replace('one', 'a'));
    b.write('.zshrc', text.replace('one', 'b'));
    await a.sync();
    await b.sync();
    const session = await openSession(a.host, a.options);
    await session.jj.must(['git', 'fetch'], 'fetch');
    const fleet = await readFleet(session);
    expect(
      fleet.map(({ host, behind, ahead, disagreesOn }) => [host.replace(/^host\/|-\w+$/g, ''), behind, ahead, disagreesOn]),
    ).toEqual([
      ['a', 0, 0, []],
      ['b', 1, 1, ['.zshrc']],
      ['c', 1, 0, []],
    ]);
    expect(fleet[1]?.disagreesSince).toMatch(/^20\d\d-/);
  });

  test('a full disk stops a sync before anything is lost, and the next one continues', async () => {
    const [a, b] = await pair();
    a.write('.zshrc', text.replace('one', 'ONE'));
    const full = {
      ...a.host.files,
      write: () => {
        throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
      },
    };
    await expect(syncDotfiles({ ...a.host, files: full }, a.options)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });
});
