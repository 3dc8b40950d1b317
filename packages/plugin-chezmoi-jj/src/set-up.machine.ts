import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import { environment, type TestHost, type World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('what a sync finds', () => {
  // The versions are made up; everything else is real.
  test.each([
    ['jj', 'jj 0.40.0', 'jj 0.40.0 is too old'],
    ['chezmoi', 'chezmoi version v2.70.5, built at 2026-01-01', 'chezmoi 2.70.5 is too old'],
    ['git', 'git version 2.39.5', 'git 2.39.5 is too old'],
    ['jj', 'not a version', 'jj does not tell its version'],
  ])('a %s that says "%s" is refused, and nothing is touched', async (program, says, message) => {
    const a = world.host('a');
    const bin = join(world.root, 'bin');
    mkdirSync(bin);
    writeFileSync(join(bin, program), `#!/bin/sh\necho '${says}'\n`, { mode: 0o755 });
    const host = { ...a.host, env: { ...a.host.env, PATH: `${bin}:${a.host.env.PATH}` } };
    await expect(syncDotfiles(host, a.options)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_CONFIG',
      message: expect.stringContaining(message),
    });
    expect(existsSync(a.tree)).toBe(false);
  });

  test.each(['autoAdd', 'autoCommit', 'autoPush'])("chezmoi's git.%s is refused", async (name) => {
    const a = world.host('a');
    a.write('.config/chezmoi/chezmoi.toml', `[git]\n${name} = true\n`);
    await expect(a.sync()).rejects.toMatchObject({ message: expect.stringContaining(`git.${name}`) });
    expect(existsSync(a.tree)).toBe(false);
  });

  const refused: readonly (readonly [string, (host: TestHost) => Promise<unknown> | unknown, string])[] = [
    [
      'a worktree of Git',
      async ({ tree, git }) => {
        await git('commit', '-q', '--allow-empty', '-m', 'x');
        await git('worktree', 'add', '-q', `${tree}-other`);
        renameSync(tree, `${tree}-main`);
        renameSync(`${tree}-other`, tree);
      },
      'worktree',
    ],
    [
      'a jj repository without Git beside it',
      async ({ tree }) => {
        rmSync(tree, { recursive: true });
        await output('jj', ['git', 'init', '--no-colocate', tree], { env: environment(tree, world.root) });
      },
      'without .git beside it',
    ],
    [
      'the folder of another remote',
      async ({ git }) => await git('remote', 'add', 'origin', '/somewhere/else.git'),
      '/somewhere/else.git',
    ],
  ];
  test.each(refused)('%s is refused by its name, and kept', async (_, make, message) => {
    const a = world.host('a');
    await a.chezmoi('init');
    writeFileSync(join(a.tree, 'dot_zshrc'), text);
    await a.git('add', '-A');
    await make(a);
    const before = readdirSync(a.tree);
    await expect(a.sync()).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_CONFIG',
      message: expect.stringContaining(message),
    });
    expect(readdirSync(a.tree)).toEqual(before);
  });

  test('a folder of dotfiles without any repository becomes one, with what is in it', async () => {
    const a = world.host('a');
    mkdirSync(a.tree, { recursive: true });
    writeFileSync(join(a.tree, 'dot_zshrc'), text);
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
    expect(a.read('.zshrc')).toBe(text);
  });

  test('a conflict that a person has made in the working copy is left to that person', async () => {
    const [a] = await hostsInStep(world, { '.zshrc': text });
    for (const word of ['x', 'y']) {
      await a.jj('new', 'main');
      writeFileSync(join(a.tree, 'dot_zshrc'), text.replace('one', word));
      await a.jj('bookmark', 'set', word);
    }
    await a.jj('new', 'x', 'y');
    await expect(a.sync()).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      message: expect.stringContaining('a conflict'),
    });
    expect(a.read('.zshrc')).toBe(text);
    await a.jj('new', 'main');
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
  });

  test('conflict markers that somebody has committed and published reach no other home', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    writeFileSync(join(a.tree, 'dot_zshrc'), `<<<<<<< HEAD\n${text}=======\nother\n>>>>>>> topic\n`);
    await a.jj('commit', '-m', 'markers');
    await a.jj('bookmark', 'set', 'main', '-r', '@-');
    await a.jj('git', 'push', '--bookmark', 'main');
    expect(await b.sync()).toMatchObject({
      state: 'remote-broken',
      lastError: { message: expect.stringContaining('dot_zshrc') },
    });
    expect(b.read('.zshrc')).toBe(text);
    expect((await b.chezmoi('status')).trim()).toBe('');
  });

  test('that jj says it has published is not believed: the remote is read', async () => {
    const [a] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    const run: typeof a.host.run = async (request) =>
      await a.host.run(request.args.includes('push') ? { ...request, args: [...request.args, '--dry-run'] } : request);
    await expect(syncDotfiles({ ...a.host, run }, a.options)).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      message: expect.stringContaining('did not publish'),
    });
    expect(await a.sync()).toMatchObject({ state: 'ok', pendingPush: false });
    expect(await world.published()).toEqual({ dot_zshrc: text.replace('one', 'ONE').trimEnd() });
  });

  test('names that differ in their case only are two dotfiles, and a change of case brings the other one', async () => {
    const [a, b] = await hostsInStep(world, { '.app': text, '.App': 'upper\n' }, { propagateDeletes: true });
    expect([b.read('.app'), b.read('.App')]).toEqual([text, 'upper\n']);
    a.write('.App', 'UPPER\n');
    renameSync(join(a.tree, 'dot_app'), join(a.tree, 'dot_APP'));
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.App'] });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    for (const host of [a, b])
      expect([host.read('.APP'), host.read('.App'), host.read('.app')]).toEqual([text, 'UPPER\n', undefined]);
  });
});
