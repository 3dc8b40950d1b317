import { mkdirSync, readdirSync, readFileSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import type { StatusLine } from '../../chezmoi/status-line.ts';
import { placeOf } from '../session/place.ts';
import { backUp } from './backup.ts';
import { undoApply } from './undo.ts';

/** A home in which an apply does what its status lines say, after the backup that a sync makes. */
function home() {
  const folder = temporaryFolder();
  const host = createHost({ env: { HOME: folder }, user: { name: 'ada', uid: 1000, home: folder } });
  const write = (path: string, text: string): void => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const backedUp = (lines: readonly (readonly ['A' | 'M' | 'D', string])[]) =>
    backUp(
      { host, home: folder, place: placeOf(host) },
      lines.map(([apply, path]): StatusLine => ({ here: ' ', apply, target: join(folder, path) })),
      'revision',
    );
  return {
    folder,
    host,
    write,
    backedUp,
    read: (path: string) => readFileSync(join(folder, path), 'utf8'),
    undo: () => undoApply({ host, home: folder, tree: join(folder, 'tree') }),
  };
}

test('a file that became a folder is a file again, and a folder that became a file is a folder', async () => {
  const { folder, write, backedUp, read, undo } = home();
  write('.one', 'file');
  await backedUp([
    ['D', '.one'],
    ['A', '.one/a'],
    ['A', '.one/deep/b'],
  ]);
  rmSync(join(folder, '.one'));
  write('.one/a', 'a');
  write('.one/deep/b', 'b');
  expect(await undo()).toMatchObject({ restored: ['.one'], removed: ['.one/a', '.one/deep/b'] });
  expect(read('.one')).toBe('file');

  write('.two/a', 'a');
  await backedUp([
    ['D', '.two/a'],
    ['A', '.two'],
  ]);
  rmSync(join(folder, '.two'), { recursive: true });
  write('.two', 'file');
  expect(await undo()).toMatchObject({ restored: ['.two/a'], removed: ['.two'] });
  expect(read('.two/a')).toBe('a');
});

test('what was edited since the sync is kept, also of a file that the sync made', async () => {
  const { write, backedUp, read, undo } = home();
  write('.zshrc', 'mine');
  await backedUp([
    ['M', '.zshrc'],
    ['A', '.new'],
  ]);
  write('.zshrc', 'theirs, and edited since');
  write('.new', 'theirs, edited too');
  const { kept } = await undo();
  expect(read('.zshrc')).toBe('mine');
  expect(readFileSync(join(kept ?? '', '.zshrc'), 'utf8')).toBe('theirs, and edited since');
  expect(readFileSync(join(kept ?? '', '.new'), 'utf8')).toBe('theirs, edited too');
});

test('a folder with files of its own is not removed for a file', async () => {
  const { folder, write, backedUp, read, undo } = home();
  write('.one', 'file');
  await backedUp([
    ['D', '.one'],
    ['A', '.one/a'],
  ]);
  rmSync(join(folder, '.one'));
  write('.one/a', 'a');
  write('.one/own', 'own');
  await expect(undo()).rejects.toMatchObject({ code: 'ROTA_DOTFILES_PATH', message: expect.stringContaining('.one/own') });
  expect([read('.one/a'), read('.one/own')]).toEqual(['a', 'own']);
});

test('a link that was replaced is a link again, wherever it led', async () => {
  const { folder, write, backedUp, undo } = home();
  write('elsewhere', 'x');
  const links = { '.one': 'elsewhere', '.two': '/nowhere', '.three': '.' };
  for (const [path, to] of Object.entries(links)) symlinkSync(to, join(folder, path));
  await backedUp([
    ['M', '.one'],
    ['A', '.two'],
    ['M', '.three'],
  ]);
  for (const path of Object.keys(links)) {
    rmSync(join(folder, path));
    write(path, 'theirs');
  }
  const { restored, removed, kept } = await undo();
  expect([restored, removed]).toEqual([Object.keys(links), []]);
  expect(Object.keys(links).map((path) => readlinkSync(join(folder, path)))).toEqual(Object.values(links));
  expect(readFileSync(join(kept ?? '', '.two'), 'utf8')).toBe('theirs');
});

test('an undo that was cut off, done again, keeps what stood there before the first one too', async () => {
  const { folder, host, write, backedUp, read, undo } = home();
  for (const path of ['.one', '.two']) write(path, 'old');
  await backedUp([
    ['M', '.one'],
    ['M', '.two'],
  ]);
  for (const path of ['.one', '.two']) write(path, 'new, and edited since');
  const files: typeof host.files = {
    ...host.files,
    write: (path, content, mode) => {
      if (path === join(folder, '.two')) throw new Error('killed');
      host.files.write(path, content, mode);
    },
  };
  await expect(undoApply({ host: { ...host, files }, home: folder, tree: join(folder, 'tree') })).rejects.toThrow('killed');
  expect(read('.one')).toBe('old');
  const { kept } = await undo();
  expect([read('.one'), read('.two')]).toEqual(['old', 'old']);
  const folders = readdirSync(dirname(kept ?? '')).map((name) => join(dirname(kept ?? ''), name));
  const texts = folders.map((one) => readFileSync(join(one, '.one'), 'utf8'));
  expect(texts).toContain('new, and edited since');
});
