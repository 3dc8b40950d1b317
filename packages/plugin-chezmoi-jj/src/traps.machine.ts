import { chmodSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { exec, temporaryFolder } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { readFleet } from './fleet/read-fleet.ts';
import type { DotfileOptionsInput } from './options.ts';
import { openSession } from './sync/open-session.ts';
import { placeOf } from './sync/place.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { movesBackwards } from './testing/invariants.ts';
import { makeWorld, type TestHost, type World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await makeWorld(temporaryFolder());
});

/** Two hosts in step on the given dotfiles. */
async function pair(
  files: Readonly<Record<string, string>> = { '.zshrc': text },
  options: Partial<DotfileOptionsInput> = {},
): Promise<readonly [TestHost, TestHost]> {
  const [a, b] = [world.host('a', options), world.host('b', options)];
  for (const [path, content] of Object.entries(files)) a.write(path, content);
  await a.chezmoi('init');
  for (const path of Object.keys(files)) await a.chezmoi('add', join(a.home, path));
  await a.sync();
  await b.sync();
  return [a, b];
}

describe('what must not happen, does not', () => {
  test('an untouched host does not put old content back (re-add after a fetch would)', async () => {
    const [a, b] = await pair();
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: [], applied: ['.zshrc'] });
    await a.sync();
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });

  test('a conflict never reaches the working copy, so that no apply can bring markers into a dotfile', async () => {
    const [a, b] = await pair();
    a.write('.zshrc', text.replace('one', 'a'));
    b.write('.zshrc', text.replace('one', 'b'));
    await a.sync();
    const status = await b.sync();
    expect(status).toMatchObject({
      state: 'conflicted',
      conflicts: [{ path: '.zshrc', sides: [{ side: 'remote' }, { side: 'local' }] }],
    });
    expect(status.conflicts[0]?.sides.map(({ host }) => host.replace(/-\w+$/, ''))).toEqual(['host/a', 'host/b']);
    expect(readFileSync(join(b.tree, 'dot_zshrc'), 'utf8')).toBe(text.replace('one', 'b'));
    await b.chezmoi('apply');
    expect(b.read('.zshrc')).toBe(text.replace('one', 'b'));
    expect(await world.published()).toEqual({ dot_zshrc: text.replace('one', 'a').trimEnd() });
    // A conflict does not stop the other host, nor later edits here.
    a.write('.zshrc', text.replace('one', 'a').replace('five', 'FIVE'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    await b.sync();
    expect(await resolve(b.host, b.options, '.zshrc', { from: 'edit', text: text.replace('one', 'a and b') })).toMatchObject({
      left: [],
    });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    await a.sync();
    expect(a.read('.zshrc')).toBe(text.replace('one', 'a and b'));
    expect(await movesBackwards(world)).toEqual([]);
  });

  test('a text with markers is not taken as a decision', async () => {
    const [a, b] = await pair();
    a.write('.zshrc', text.replace('one', 'a'));
    b.write('.zshrc', text.replace('one', 'b'));
    await a.sync();
    await b.sync();
    await expect(
      resolve(b.host, b.options, '.zshrc', { from: 'edit', text: '<<<<<<< conflict 1 of 1\nx\n>>>>>>> conflict 1 of 1 ends\n' }),
    ).rejects.toMatchObject({ code: 'ROTA_DOTFILES_PATH' });
    await expect(resolve(b.host, b.options, '.nothing', { from: 'local' })).rejects.toMatchObject({ code: 'ROTA_DOTFILES_PATH' });
  });

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

  test('filters of .gitattributes are refused: jj would publish the plain files', async () => {
    const [a] = await pair();
    writeFileSync(join(a.tree, '.gitattributes'), '*.key filter=git-crypt diff=git-crypt\n');
    await a.jj('file', 'track', '.gitattributes');
    await expect(a.sync()).rejects.toMatchObject({ code: 'ROTA_DOTFILES_CONFIG', message: expect.stringContaining('filter') });
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

  test('a file that was there before chezmoi is not overwritten, and can be decided', async () => {
    const a = world.host('a');
    const b = world.host('b');
    a.write('.zshrc', text);
    await a.chezmoi('init');
    await a.chezmoi('add', join(a.home, '.zshrc'));
    await a.sync();
    b.write('.zshrc', 'mine\n');
    expect(await b.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.zshrc', reason: 'unknown-here' }] });
    expect(b.read('.zshrc')).toBe('mine\n');
    await b.sync();
    expect(await world.published()).toEqual({ dot_zshrc: text.trimEnd() });
    await resolve(b.host, b.options, '.zshrc', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    expect(b.read('.zshrc')).toBe(text);
  });

  test('an edit of what a template makes is reported, and neither captured nor overwritten', async () => {
    const a = world.host('a');
    const b = world.host('b');
    a.write('.made', text);
    await a.chezmoi('init');
    await a.chezmoi('add', '--template', join(a.home, '.made'));
    await a.sync();
    await b.sync();
    b.write('.made', 'edited\n');
    expect(await b.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.made', reason: 'edited-template' }] });
    writeFileSync(join(a.tree, 'dot_made.tmpl'), 'new {{ "x" }}\n');
    await a.sync();
    expect(a.read('.made')).toBe('new x\n');
    expect(await b.sync()).toMatchObject({ state: 'drift' });
    expect(b.read('.made')).toBe('edited\n');
    await resolve(b.host, b.options, '.made', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    expect(b.read('.made')).toBe('new x\n');
  });

  test('a template that cannot be read does not reach another home', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.other': 'x\n' });
    writeFileSync(join(a.tree, 'dot_zshrc.tmpl'), '{{ nonsense }}\n');
    rmSync(join(a.tree, 'dot_zshrc'));
    await a.jj('file', 'track', 'dot_zshrc.tmpl');
    await a.jj('commit', '-m', 'broken');
    await a.jj('bookmark', 'set', 'main', '-r', '@-');
    await a.jj('git', 'push', '--bookmark', 'main');
    b.write('.other', 'y\n');
    expect(await b.sync()).toMatchObject({ state: 'remote-broken', captured: ['.other'] });
    expect(b.read('.zshrc')).toBe(text);
    expect((await b.chezmoi('status')).trim()).toBe('');
  });

  test('a key beside the files of an exact_ folder stays at home, and stays', async () => {
    const a = world.host('a');
    const b = world.host('b');
    a.write('.e/conf', 'one\n');
    await a.chezmoi('init');
    await a.chezmoi('add', '--exact', join(a.home, '.e'));
    await a.sync();
    await b.sync();
    b.write('.e/id_ed25519', 'key\n');
    b.write('.e/conf', 'two\n');
    expect(await b.sync()).toMatchObject({ captured: ['.e/conf'] });
    expect(await world.published()).toEqual({ 'exact_dot_e/conf': 'two' });
    expect(b.read('.e/id_ed25519')).toBe('key\n');
    expect(existsSync(join(b.tree, 'exact_dot_e/id_ed25519'))).toBe(false);
  });

  test('a secret is neither captured nor published, and the rest is', async () => {
    const [a] = await pair({ '.zshrc': text, '.other': 'x\n' });
    const secret = `export TOKEN=ghp_${'a1B2c3D4e5'.repeat(4)}\n`;
    a.write('.zshrc', text + secret);
    a.write('.other', 'y\n');
    expect(await a.sync()).toMatchObject({
      state: 'secret-blocked',
      captured: ['.other'],
      blockedSecrets: [{ path: '.zshrc', kind: 'a token of GitHub', line: 6 }],
    });
    a.write('.added', secret);
    await a.chezmoi('add', '--secrets=ignore', join(a.home, '.added'));
    expect(await a.sync()).toMatchObject({ state: 'secret-blocked' });
    expect(Object.keys((await world.published()) ?? {})).toEqual(['dot_other', 'dot_zshrc']);
    const all = await a.git('--git-dir', world.origin, 'grep', '-h', '-e', '.', '--', '.').catch(() => '');
    expect(all).not.toContain('ghp_');
    expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p'])).stdout).not.toContain('ghp_');
  });

  test('a stray file of the source folder is not taken, what chezmoi manages is', async () => {
    const [a] = await pair();
    writeFileSync(join(a.tree, '.dot_zshrc.swp'), 'swap\n');
    writeFileSync(join(a.tree, '.env'), 'X=1\n');
    writeFileSync(join(a.tree, '.chezmoiignore'), 'README.md\n');
    writeFileSync(join(a.tree, 'README.md'), 'read me\n');
    writeFileSync(join(a.tree, 'dot_new'), 'new\n');
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(Object.keys((await world.published()) ?? {})).toEqual(['.chezmoiignore', 'dot_new', 'dot_zshrc']);
    expect(a.read('.new')).toBe('new\n');
  });

  test('a file of more than 1 MiB is taken too', async () => {
    const [a, b] = await pair();
    const big = `${'x'.repeat(99)}\n`.repeat(20_000);
    a.write('.big', big);
    await a.chezmoi('add', join(a.home, '.big'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    await b.sync();
    expect(b.read('.big')).toBe(big);
  });

  test('an edit here and other permissions there are a conflict, and no edit is lost', async () => {
    const [a, b] = await pair();
    a.write('.zshrc', text.replace('one', 'ONE'));
    chmodSync(join(b.home, '.zshrc'), 0o600);
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.zshrc' }] });
    await resolve(b.host, b.options, '.zshrc', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });

  test('two hosts that change different attributes of a file disagree, and chezmoi never sees two names for it', async () => {
    const [a, b] = await pair();
    chmodSync(join(a.home, '.zshrc'), 0o755);
    chmodSync(join(b.home, '.zshrc'), 0o600);
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.zshrc' }] });
    await resolve(b.host, b.options, '.zshrc', { from: 'local' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    await a.sync();
    expect(a.mode('.zshrc')).toBe(0o600);
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

  test('hosts that publish at the same time do not lose the race', async () => {
    const [a, b] = await pair({ '.one': 'x\n', '.two': 'y\n' });
    a.write('.one', 'a\n');
    b.write('.two', 'b\n');
    const states = await Promise.all([a.sync(), b.sync()]);
    expect(states.map(({ state }) => state)).toEqual(['ok', 'ok']);
    await a.sync();
    expect([a.read('.one'), a.read('.two')]).toEqual(['a\n', 'b\n']);
    expect(await movesBackwards(world)).toEqual([]);
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

  test('a deletion goes to other hosts only where that is asked for', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.old': 'old\n' });
    a.remove('.old');
    expect(await a.sync()).toMatchObject({ state: 'drift', drift: [{ path: '.old', reason: 'deleted' }] });
    await b.sync();
    expect(b.read('.old')).toBe('old\n');
    const [deletes, also] = [world.host('a', { propagateDeletes: true }), world.host('b', { propagateDeletes: true })];
    expect(await deletes.sync()).toMatchObject({ state: 'ok', captured: ['.old'] });
    await also.sync();
    expect(b.read('.old')).toBeUndefined();
  });

  test('scripts of another host do not run unless they may', async () => {
    const [a, b] = await pair();
    writeFileSync(join(a.tree, 'run_install.sh'), '#!/bin/sh\ntouch "$HOME/ran"\n');
    await a.sync();
    await b.sync();
    expect(b.read('ran')).toBeUndefined();
    const willing = world.host('b', { allowScripts: true });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    await willing.sync();
    expect(b.read('ran')).toBe('');
  });

  test('commits that a person makes with jj, and edits of the source folder, go the same way', async () => {
    const [a, b] = await pair();
    writeFileSync(join(a.tree, 'dot_zshrc'), text.replace('two', 'TWO'));
    await a.jj('commit', '-m', 'by hand');
    writeFileSync(join(a.tree, 'dot_zshrc'), text.replace('two', 'TWO').replace('four', 'FOUR'));
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(a.read('.zshrc')).toBe(text.replace('two', 'TWO').replace('four', 'FOUR'));
    await b.sync();
    expect(b.read('.zshrc')).toBe(a.read('.zshrc'));
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
    await expect(syncDotfiles({ ...a.host, files: full }, a.options)).rejects.toThrow('ENOSPC');
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
    await b.sync();
    expect(b.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });
});
