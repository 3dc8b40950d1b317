import { existsSync, mkdirSync, readlinkSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { exec } from '@rota/test-support';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import { undoApply } from './sync/apply/undo.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const pair = (files: Readonly<Record<string, string>> = { '.zshrc': text }) => hostsInStep(world, files);

describe('what a sync takes from a host, and what it leaves there', () => {
  test('filters of .gitattributes are refused: jj would publish the plain files', async () => {
    const [a] = await pair();
    // git reads one that nobody has tracked too.
    for (const path of ['.git/info/attributes', '.gitattributes', 'dot_config/.gitattributes', 'dot_tracked/.gitattributes']) {
      const file = join(a.tree, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, '*.key filter=git-crypt diff=git-crypt\n');
      if (path.startsWith('dot_tracked')) await a.jj('file', 'track', path);
      const message = expect.stringMatching(`^${path} names a Git filter`);
      await expect(a.sync()).rejects.toMatchObject({ code: 'ROTA_DOTFILES_CONFIG', message });
      rmSync(file);
    }
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

  test('what `resolve --take remote` replaces can be had back: the edit of a result, and a folder with all that is in it, and a link', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.other': 'x\n' });
    a.write('.made', text);
    await a.chezmoi('add', '--template', join(a.home, '.made'));
    await a.sync();
    await b.sync();
    b.write('.made', 'edited\n');
    await resolve(b.host, b.options, '.made', { from: 'remote' });
    expect(b.read('.made')).toBe(text);
    expect(await undoApply(b)).toMatchObject({ restored: ['.made'] });
    expect(b.read('.made')).toBe('edited\n');

    b.remove('.other');
    b.write('.other/deep/own', 'own\n');
    b.write('.other/more', 'more\n');
    await resolve(b.host, b.options, '.other', { from: 'remote' });
    expect(b.read('.other')).toBe('x\n');
    await undoApply(b);
    expect([b.read('.other/deep/own'), b.read('.other/more')]).toEqual(['own\n', 'more\n']);

    b.remove('.other');
    symlinkSync('.zshrc', join(b.home, '.other'));
    await resolve(b.host, b.options, '.other', { from: 'remote' });
    expect([b.read('.other'), b.read('.zshrc')]).toEqual(['x\n', text]);
    expect(await undoApply(b)).toMatchObject({ restored: ['.other'] });
    expect(readlinkSync(join(b.home, '.other'))).toBe('.zshrc');
  });

  test('a new file waits where an edited template keeps the home at the revision before, and edits of it are taken afterwards', async () => {
    const [a, b] = await pair({ '.zshrc': text });
    a.write('.made', text);
    await a.chezmoi('add', '--template', join(a.home, '.made'));
    await a.sync();
    await b.sync();
    b.write('.made', 'edited\n');
    writeFileSync(join(a.tree, 'dot_made.tmpl'), 'new {{ "x" }}\n');
    writeFileSync(join(a.tree, 'dot_new'), 'new\n');
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    const drift = [{ path: '.made', reason: 'edited-template' }];
    for (let time = 0; time < 2; time += 1) expect((await b.sync()).drift).toEqual(drift);
    expect([b.read('.zshrc'), b.read('.new')]).toEqual([text.replace('one', 'ONE'), undefined]);
    await resolve(b.host, b.options, '.made', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok' });
    b.write('.new', 'edited\n');
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.new'] });
    await a.sync();
    expect(a.read('.new')).toBe('edited\n');
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

  test('a key beside the files of an exact_ folder stays at home, and stays, and what is missing there is not deleted for all', async () => {
    const a = world.host('a');
    const b = world.host('b');
    a.write('.e/conf', 'one\n');
    a.write('.e/gone', 'gone\n');
    await a.chezmoi('init');
    await a.chezmoi('add', '--exact', join(a.home, '.e'));
    await a.sync();
    await b.sync();
    b.write('.e/id_ed25519', 'key\n');
    b.write('.e/conf', 'two\n');
    b.remove('.e/gone');
    expect(await b.sync()).toMatchObject({ captured: ['.e/conf'] });
    expect(await world.published()).toEqual({ 'exact_dot_e/conf': 'two', 'exact_dot_e/gone': 'gone' });
    expect(b.read('.e/id_ed25519')).toBe('key\n');
    expect(existsSync(join(b.tree, 'exact_dot_e/id_ed25519'))).toBe(false);
  });

  test('a source file that is saved while a sync captures stays, and is taken next', async () => {
    const [a] = await pair();
    a.write('.zshrc', text.replace('one', 'ONE'));
    const saving: typeof a.host.run = async (request) => {
      if (request.args.includes('re-add')) writeFileSync(join(a.tree, 'dot_new'), 'new\n');
      return await a.host.run(request);
    };
    await syncDotfiles({ ...a.host, run: saving }, a.options);
    expect(existsSync(join(a.tree, 'dot_new'))).toBe(true);
    await a.sync();
    expect(await world.published()).toEqual({ dot_new: 'new', dot_zshrc: text.replace('one', 'ONE').trimEnd() });
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

  test('a secret in a folder that was never published stays at home when it is joined with what others have', async () => {
    await pair();
    const c = world.host('c');
    c.write('.mine', `export TOKEN=ghp_${'a1B2c3D4e5'.repeat(4)}\n`);
    await c.chezmoi('init');
    await c.chezmoi('add', '--secrets=ignore', join(c.home, '.mine'));
    for (let time = 0; time < 2; time += 1) {
      expect(await c.sync()).toMatchObject({ state: 'secret-blocked', blockedSecrets: [{ path: '.mine' }], pendingPush: true });
      expect((await exec('git', ['--git-dir', world.origin, 'log', '--all', '-p'])).stdout).not.toContain('ghp_');
    }
    expect(c.read('.zshrc')).toBe(text);
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

  test('a new file of more than 64 MiB stays at home, and is told', async () => {
    const [a] = await pair();
    a.write('.big', '');
    truncateSync(join(a.home, '.big'), 65 * 2 ** 20);
    await a.chezmoi('add', join(a.home, '.big'));
    const drift = [{ path: '.big', reason: 'too-large' }];
    expect(await a.sync()).toMatchObject({ state: 'drift', drift });
    expect(await a.sync()).toMatchObject({ state: 'drift', drift, captured: [], applied: [] });
    expect(Object.keys((await world.published()) ?? {})).not.toContain('dot_big');
  });

  test('a dotfile that grows to more than 64 MiB stays at home, and everything else goes on', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.other': 'x\n' });
    truncateSync(join(a.home, '.other'), 65 * 2 ** 20);
    a.write('.zshrc', text.replace('one', 'ONE'));
    expect(await a.sync()).toMatchObject({ captured: ['.zshrc'], drift: [{ path: '.other', reason: 'too-large' }] });
    await b.sync();
    expect([b.read('.zshrc'), b.read('.other')]).toEqual([text.replace('one', 'ONE'), 'x\n']);
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
});
