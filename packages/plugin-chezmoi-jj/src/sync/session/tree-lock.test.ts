import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { withNewTree, withTree } from './tree-lock.ts';

const options = { purpose: 'test', waitMs: 0 };

function place() {
  const folder = temporaryFolder();
  const host = createHost({ env: { HOME: folder }, user: { name: 'ada', uid: 1000, home: folder } });
  const tree = join(folder, 'tree');
  mkdirSync(join(tree, '.git'), { recursive: true });
  return { host, tree };
}

test('who works on a repository, or makes it, keeps others away until the work is done, however it ended', async () => {
  const { host, tree } = place();
  for (const alone of [
    async <T>(work: () => Promise<T>) => await withTree(host, tree, options, work),
    async <T>(work: () => Promise<T>) => await withNewTree(host, tree, work),
  ]) {
    const inner = alone(async () => await alone(async () => 'both'));
    await expect(inner).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD' });
    expect(await alone(async () => 'then')).toBe('then');
  }
});

test.each(['EPERM', 'ENOSYS', 'EOPNOTSUPP'])(
  'where a file system has no links to make a lock with (%s), the work is done once',
  async (code) => {
    const { host, tree } = place();
    const create = (): never => {
      throw Object.assign(new Error(code), { code });
    };
    let count = 0;
    await withTree({ ...host, files: { ...host.files, create } }, tree, options, async () => {
      count += 1;
    });
    expect(count).toBe(1);
  },
);

test('what the work itself throws is not taken for that', async () => {
  const { host, tree } = place();
  let count = 0;
  const work = withTree(host, tree, options, async () => {
    count += 1;
    throw Object.assign(new Error('link'), { code: 'EPERM' });
  });
  await expect(work).rejects.toThrow('link');
  expect(count).toBe(1);
});

test('a repository that may not be written is told by its path', async () => {
  const { host, tree } = place();
  const create = (): never => {
    throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
  };
  const denied = { ...host, files: { ...host.files, create } };
  await expect(withTree(denied, tree, options, async () => 'no')).rejects.toMatchObject({
    code: 'ROTA_DOTFILES_FAILED',
    message: expect.stringContaining(`${tree}/.git cannot be written`),
  });
  expect(await withNewTree(denied, tree, async () => 'made')).toBe('made');
});
