import { lstatSync, mkdirSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { hostsInStep } from './testing/hosts-in-step.ts';
import { newWorld } from './testing/new-world.ts';

test('a dotfile may become empty, a folder, and a file again, and a folder a link; no edit is lost by it', async () => {
  const world = await newWorld();
  const [a, b] = await hostsInStep(
    world,
    { '.one': 'one\n', '.thing': 'thing\n', '.cfg/app': 'app\n', '.cfg/other': 'other\n' },
    { propagateDeletes: true },
  );
  // Empty: chezmoi would remove it, were it not for an attribute.
  a.write('.one', '');
  expect(await a.sync()).toMatchObject({ state: 'ok', captured: ['.one'] });
  expect(await b.sync()).toMatchObject({ state: 'ok', applied: ['.one'] });
  expect(b.read('.one')).toBe('');

  // A folder in its place, in the source folder.
  rmSync(join(a.tree, 'dot_thing'));
  mkdirSync(join(a.tree, 'dot_thing'));
  writeFileSync(join(a.tree, 'dot_thing/inner'), 'inner\n');
  expect(await a.sync()).toMatchObject({ state: 'ok', applied: ['.thing'] });
  expect(await b.sync()).toMatchObject({ state: 'ok', applied: ['.thing'] });
  expect([a, b].map((host) => host.read('.thing/inner'))).toEqual(['inner\n', 'inner\n']);

  // And a file again, where somebody keeps something in the folder: chezmoi alone would remove all of it.
  b.write('.thing/mine', 'mine\n');
  rmSync(join(a.tree, 'dot_thing'), { recursive: true });
  writeFileSync(join(a.tree, 'dot_thing'), 'again\n');
  expect(await a.sync()).toMatchObject({ state: 'ok', applied: ['.thing'] });
  expect(a.read('.thing')).toBe('again\n');
  a.write('.one', 'not empty\n');
  await a.sync();
  expect(await b.sync()).toMatchObject({ drift: [{ path: '.thing', reason: 'folder-in-the-way' }] });
  expect([b.read('.one'), b.read('.thing/mine'), b.read('.thing/inner')]).toEqual(['not empty\n', 'mine\n', 'inner\n']);
  renameSync(join(b.home, '.thing/mine'), join(b.home, 'mine'));
  expect(await b.sync()).toMatchObject({ state: 'ok', applied: ['.thing'], drift: [] });
  expect(b.read('.thing')).toBe('again\n');

  // A link to another folder: edits go through it both ways, and it stays.
  renameSync(join(b.home, '.cfg'), join(b.home, 'elsewhere'));
  symlinkSync('elsewhere', join(b.home, '.cfg'));
  b.write('.cfg/app', 'edited through the link\n');
  expect(await b.sync()).toMatchObject({ captured: ['.cfg/app'], drift: [{ path: '.cfg', reason: 'not-captured' }] });
  a.write('.cfg/other', 'OTHER\n');
  expect(await a.sync()).toMatchObject({ state: 'ok', applied: ['.cfg/app'] });
  expect(await b.sync()).toMatchObject({ applied: ['.cfg/other'] });
  expect(lstatSync(join(b.home, '.cfg')).isSymbolicLink()).toBe(true);
  expect([a.read('.cfg/app'), b.read('elsewhere/other')]).toEqual(['edited through the link\n', 'OTHER\n']);
});
