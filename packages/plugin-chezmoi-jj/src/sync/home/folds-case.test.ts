import { mkdirSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { foldsCase } from './folds-case.ts';

function place() {
  const home = temporaryFolder();
  const tree = join(home, '.dotfiles');
  mkdirSync(join(tree, '.git'), { recursive: true });
  const host = createHost({ env: { HOME: home }, user: { name: 'ada', uid: 1000, home } });
  return { host, home, tree };
}

/** As exFAT under FUSE: found in either case, listed as it was made, and with an inode for each name that is asked for. */
function folding(host: Host): Host {
  let inode = 0;
  const facts: typeof host.files.facts = (path) => {
    const name = host.files.list(dirname(path)).find((one) => one.toLowerCase() === basename(path).toLowerCase());
    const found = name === undefined ? undefined : host.files.facts(join(dirname(path), name));
    inode += 1;
    return found === undefined ? undefined : { ...found, inode };
  };
  return { ...host, files: { ...host.files, facts } };
}

test('a file system that finds a name in the other case folds case', () => {
  const { host, home, tree } = place();
  expect(foldsCase({ host: folding(host), home, tree })).toBe(true);
});

test('one that does not, or that has both names, does not', () => {
  const { host, home, tree } = place();
  expect(foldsCase({ host, home, tree })).toBe(false);
  mkdirSync(join(tree, '.GIT'));
  writeFileSync(join(home, '.DOTFILES'), '');
  expect(foldsCase({ host, home, tree })).toBe(false);
});
