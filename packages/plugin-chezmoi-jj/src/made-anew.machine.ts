import { chmodSync, readdirSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from 'vitest';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';
import type { World } from './testing/world.ts';

const text = 'one\ntwo\nthree\nfour\nfive\n';

let world: World;
beforeEach(async () => {
  world = await newWorld();
});

describe('a chezmoi folder that is gone or cannot be read, and is cloned again', () => {
  test.each([
    ['the newest objects of git are', '.git/objects', 4],
    ['the newest operations of jj are', '.jj/repo/op_store', 4],
    ['the references of git are', '.git/refs', 9],
  ])('where a power cut has emptied it: %s empty; a sync says what to do, and that costs no edit', async (_, folder, count) => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    await a.sync();
    for (const path of newest(join(a.tree, folder)).slice(0, count)) {
      chmodSync(path, 0o600);
      truncateSync(path, 0);
    }
    a.write('.zshrc', text.replace('one', 'UNO'));
    await expect(a.sync()).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      suggestions: [expect.stringContaining(`mv ${a.tree} ${a.tree}.damaged`)],
    });
    renameSync(a.tree, `${a.tree}.damaged`);
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
    await b.sync();
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'UNO'));
  });

  test('is not to be moved away where jj may only not write into it', async () => {
    const [a] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    const folder = join(a.tree, '.jj/repo/op_store/views');
    chmodSync(folder, 0o500);
    await expect(a.sync()).rejects.toMatchObject({
      code: 'ROTA_DOTFILES_FAILED',
      suggestions: [],
      message: expect.stringContaining('ermission denied'),
    });
    chmodSync(folder, 0o700);
    expect(await a.sync()).toMatchObject({ state: 'ok' });
    expect(await world.published()).toEqual({ dot_zshrc: text.replace('one', 'ONE').trimEnd() });
  });

  test('takes what it had taken before and not published from the home again', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text });
    a.write('.zshrc', text.replace('one', 'ONE'));
    a.reach(false);
    expect(await a.sync()).toMatchObject({ captured: ['.zshrc'], pendingPush: true });
    a.reach(true);
    rmSync(a.tree, { recursive: true });
    expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'], applied: [] });
    await b.sync();
    for (const host of [a, b]) expect(host.read('.zshrc')).toBe(text.replace('one', 'ONE'));
  });

  test('takes no file that was there before chezmoi, for which nobody has decided', async () => {
    const a = world.host('a');
    const b = world.host('b');
    for (const path of ['.zshrc', '.bashrc']) a.write(path, text);
    await a.chezmoi('init');
    await a.chezmoi('add', join(a.home, '.zshrc'), join(a.home, '.bashrc'));
    await a.sync();
    b.write('.bashrc', 'mine\n');
    await b.sync();
    b.write('.zshrc', text.replace('one', 'ONE'));
    b.reach(false);
    await b.sync();
    b.reach(true);
    rmSync(b.tree, { recursive: true });
    const drift = [{ path: '.bashrc', reason: 'unknown-here' }];
    expect(await b.sync()).toMatchObject({ state: 'drift', captured: ['.zshrc'], drift });
    await a.sync();
    expect([a.read('.zshrc'), a.read('.bashrc'), b.read('.bashrc')]).toEqual([text.replace('one', 'ONE'), text, 'mine\n']);
  });

  test('takes nothing from other hosts where this one was behind', async () => {
    const [a, b] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    a.write('.zshrc', text.replace('one', 'ONE'));
    a.write('.other', 'y\n');
    await a.sync();
    rmSync(b.tree, { recursive: true });
    b.write('.zshrc', text.replace('five', 'FIVE'));
    expect(await b.sync()).toMatchObject({ state: 'ok', captured: ['.zshrc'] });
    await a.sync();
    for (const host of [a, b])
      expect([host.read('.zshrc'), host.read('.other')]).toEqual([text.replace('one', 'ONE').replace('five', 'FIVE'), 'y\n']);
  });

  test.each([
    ['never could publish', false],
    ['may not publish any more', true],
  ])('takes the edits of a host that %s again, and reverts nothing of others', async (_, hasPublished) => {
    const [a, first] = await hostsInStep(world, { '.zshrc': text, '.other': 'x\n' });
    const shut = (): void =>
      writeFileSync(join(world.origin, 'hooks/pre-receive'), '#!/bin/sh\necho "pre-receive hook declined" >&2\nexit 1\n', {
        mode: 0o755,
      });
    const open = (): void => rmSync(join(world.origin, 'hooks/pre-receive'));
    const b = hasPublished ? first : world.host('c');
    // What this home had from another host, which that one takes back later.
    a.write('.zshrc', text.replace('three', 'THREE'));
    await a.sync();
    shut();
    await b.sync();
    b.write('.zshrc', text.replace('three', 'THREE').replace('one', 'ONE'));
    expect(await b.sync()).toMatchObject({ captured: ['.zshrc'], state: 'pending-push' });
    open();
    a.write('.zshrc', text.replace('five', 'FIVE'));
    a.write('.other', 'y\n');
    await a.sync();
    shut();
    rmSync(b.tree, { recursive: true });
    expect(await b.sync()).toMatchObject({ captured: ['.zshrc'], state: 'pending-push', applied: ['.other', '.zshrc'] });
    const both = text.replace('one', 'ONE').replace('five', 'FIVE');
    expect([b.read('.zshrc'), b.read('.other')]).toEqual([both, 'y\n']);
    expect(await b.sync()).toMatchObject({ captured: [], applied: [] });
    open();
    for (const host of [b, a]) expect(await host.sync()).toMatchObject({ state: 'ok' });
    expect(a.read('.zshrc')).toBe(both);
  });
});

function newest(folder: string): readonly string[] {
  const below = (path: string): readonly string[] =>
    readdirSync(path, { withFileTypes: true }).flatMap((entry) =>
      entry.isDirectory() ? below(join(path, entry.name)) : [join(path, entry.name)],
    );
  return below(folder).toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs);
}
