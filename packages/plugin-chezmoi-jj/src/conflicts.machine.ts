import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { resolve } from './conflicts/resolve.ts';
import type { DotfileOptionsInput } from './options.ts';
import { undoApply } from './sync/apply/undo.ts';
import { syncDotfiles } from './sync/sync-dotfiles.ts';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { movesBackwards } from './testing/invariants.ts';
import { newWorld } from './testing/new-world.ts';
import type { TestHost, World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

const pair = (files: Readonly<Record<string, string>> = { '.zshrc': text }, options: Partial<DotfileOptionsInput> = {}) =>
  hostsInStep(world, files, options);

describe('two hosts that change one file', () => {
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

  test('a dotfile that comes to be empty elsewhere stays where deletions are not wanted, and what a sync removes is kept', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.plain': 'x\n', '.other': 'y\n' });
    a.write('.made', text);
    await a.chezmoi('add', '--template', join(a.home, '.made'));
    await a.sync();
    await b.sync();
    writeFileSync(join(a.tree, 'dot_made.tmpl'), `{{ if eq .chezmoi.homeDir "${a.home}" }}${text}{{ end }}`);
    writeFileSync(join(a.tree, 'dot_plain'), '');
    a.write('.other', 'Y\n');
    await a.sync();
    const drift = ['.made', '.plain'].map((path) => ({ path, reason: 'removal' }));
    for (let time = 0; time < 2; time += 1) expect(await b.sync()).toMatchObject({ state: 'drift', drift });
    expect([b.read('.made'), b.read('.plain'), b.read('.other')]).toEqual([text, 'x\n', 'Y\n']);
    const willing = world.host('b', { propagateDeletes: true });
    await willing.sync();
    expect([b.read('.made'), b.read('.plain')]).toEqual([undefined, undefined]);
    await undoApply(b);
    expect([b.read('.made'), b.read('.plain')]).toEqual([text, 'x\n']);
  });

  test('a deletion that was decided against does not come again, and takes no edit of another host with it', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.app/conf': text }, { propagateDeletes: true });
    a.write('.app/conf', text.replace('one', 'ONE'));
    b.remove('.app');
    await a.sync();
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.app/conf' }] });
    await resolve(b.host, b.options, '.app/conf', { from: 'remote' });
    expect(await b.sync()).toMatchObject({ state: 'ok', applied: expect.arrayContaining(['.app/conf']) });
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: [] });
    await a.sync();
    for (const host of [a, b]) expect(host.read('.app/conf')).toBe(text.replace('one', 'ONE'));
  });

  test('a file that is deleted while a sync runs is no deletion of what another host has just made of it', async () => {
    const [a, b] = await pair({ '.zshrc': text, '.other': 'x\n' }, { propagateDeletes: true });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    const deleting: TestHost['host']['run'] = async (request) => {
      if (request.args.includes('fetch')) b.remove('.zshrc');
      return await b.host.run(request);
    };
    await syncDotfiles({ ...b.host, run: deleting }, b.options);
    expect(await b.sync()).toMatchObject({ state: 'conflicted', conflicts: [{ path: '.zshrc' }] });
    await a.sync();
    expect(a.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });
});

test.each(['local', 'remote'] as const)(
  'a file that stayed when another host deleted its source is told when it is edited, and a person takes the %s side',
  async (from) => {
    const [a, b] = await pair({ '.zshrc': text, '.old': text });
    rmSync(join(a.tree, 'dot_old'));
    await a.sync();
    for (let time = 0; time < 2; time += 1) expect(await b.sync()).toMatchObject({ state: 'ok', drift: [] });
    b.write('.old', text.replace('one', 'edited'));
    for (let time = 0; time < 2; time += 1)
      expect(await b.sync()).toMatchObject({ state: 'drift', captured: [], drift: [{ path: '.old', reason: 'source-gone' }] });
    expect(await resolve(b.host, b.options, '.old', { from })).toMatchObject({ what: 'drift' });
    for (const host of [b, a, b]) expect(await host.sync()).toMatchObject({ state: 'ok', drift: [] });
    expect(b.read('.old')).toBe(from === 'local' ? text.replace('one', 'edited') : undefined);
    expect(Object.keys((await world.published()) ?? {})).toEqual(from === 'local' ? ['dot_old', 'dot_zshrc'] : ['dot_zshrc']);
  },
);
