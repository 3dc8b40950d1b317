import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { output, temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { jjOn } from './jj.ts';
import { readVersions } from './read-versions.ts';

test('all versions of all files are read with two starts of git, whatever their names and contents are', async () => {
  const tree = temporaryFolder();
  const who = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@b', GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@b' };
  const env = { PATH: process.env.PATH, HOME: tree, ...who };
  const git = async (...args: readonly string[]): Promise<string> => (await output('git', ['-C', tree, ...args], { env })).trim();
  const commit = async (files: Readonly<Record<string, string>>): Promise<readonly (readonly [string, string, string])[]> => {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(tree, path)), { recursive: true });
      writeFileSync(join(tree, path), text);
    }
    await git('add', '--all');
    await git('commit', '-q', '-m', 'x');
    const id = await git('rev-parse', 'HEAD');
    return Object.entries(files).map(([path, text]) => [id, path, text]);
  };
  await git('init', '-q');
  const wanted = [
    ...(await commit({ empty: '', 'line\nbreak': 'one\n', 'ünï "cødé"': 'zwölf ✓\n', 'a/b/c': 'x'.repeat(300_000) })),
    ...(await commit({ empty: 'no longer', 'a/b/c': `${'y'.repeat(70_000)}\n${'0123456789abcdef'.repeat(3)} blob 3\n` })),
  ];
  rmSync(join(tree, 'empty'));
  await commit({ last: 'same\n', again: 'same\n' });
  let starts = 0;
  const bare = createHost({ env });
  const run: Host['run'] = async (request) => {
    starts += 1;
    return await bare.run(request);
  };
  const host = { run };
  const found: (readonly [string, string, string])[] = [];
  const versions = wanted.map(([id, path]) => ({ commit: id, path }));
  const jj = jjOn(host, { tree, env, timeoutMs: 60_000 });
  await readVersions({ host, env, tree, timeoutMs: 60_000, jj }, versions, ({ commit: id, path }, text) =>
    found.push([id, path, text]),
  );
  expect(found.toSorted()).toEqual(wanted.toSorted());
  expect(starts).toBe(2);
});
