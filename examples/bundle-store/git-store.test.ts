import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '@rota/core';
import { storeConformance } from '@rota/core/testing';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { describe, expect, it, test } from 'vitest';
import { rotaProcess } from '../cli/src/testing/rota-process.ts';
import { gitStore } from './git-store.ts';

const host = createHost();
const git = (repository: string, ...args: readonly string[]): string =>
  execFileSync('git', ['--git-dir', repository, ...args], { encoding: 'utf8' });

storeConformance(
  { describe, it },
  {
    name: 'git',
    makePlace() {
      const repository = join(temporaryFolder(), 'bundles.git');
      return {
        open: () => gitStore(host, repository),
        // Somebody's branch in the same repository.
        foreign() {
          git(repository, 'init', '--quiet', '--bare');
          const tree = git(repository, 'mktree').trim();
          const who = ['-c', 'user.name=A', '-c', 'user.email=a@example.org'];
          git(repository, 'update-ref', 'refs/heads/main', git(repository, ...who, 'commit-tree', '-m', 'x', tree).trim());
          return async () => git(repository, 'for-each-ref');
        },
      };
    },
    unreachable() {
      const file = join(temporaryFolder(), 'file');
      writeFileSync(file, '');
      return gitStore(host, file);
    },
  },
);

test('a state is captured into the repository, proven, and restored from it', async () => {
  const folder = temporaryFolder();
  const notes = join(folder, 'notes');
  mkdirSync(notes);
  writeFileSync(join(notes, 'list.txt'), 'milk\n');
  const bundles = join(folder, 'bundles.git');
  const rota = rotaProcess(join(repositoryRoot, 'examples/bundle-store'), { BUNDLES: bundles, NOTES: notes });
  for (const args of [
    ['capture', 'notes'],
    ['verify', 'notes', '--level', '2'],
  ])
    expect(await rota(['bundle', ...args, '--json'])).toMatchObject({ exitCode: 0 });
  expect(git(bundles, 'for-each-ref')).toMatch(/ tree\trefs\/rota\/bundles\//);
  writeFileSync(join(notes, 'list.txt'), 'gone\n');
  expect(await rota(['bundle', 'restore', 'notes', '--yes'])).toMatchObject({ exitCode: 0 });
  expect(readFileSync(join(notes, 'list.txt'), 'utf8')).toBe('milk\n');
});
