import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { nodeFiles } from '../../host/node-files.ts';
import { attrOf, targetRepository } from '../target-repository.test-support.ts';
import { guessCheckout } from './guess-checkout.ts';
import { planTargets } from './plan-targets.ts';

function checkout() {
  const repository = targetRepository();
  repository.write('flake.nix', '{}');
  repository.write('a/one.nix', '1');
  const base = repository.commit();
  repository.write('a/one.nix', '2');
  return { ...repository, base, head: repository.commit() };
}

const guess = (folder: string, base: string) => guessCheckout(nodeFiles, folder, base);

test('a plain checkout is what git says that it is: loose, packed or detached, from the root or below', () => {
  const { root, base, head, git } = checkout();
  const right = { root, base, head, isShallow: false };
  expect([guess(root, base), guess(join(root, 'a'), base)]).toEqual([right, right]);
  git(['pack-refs', '--all']);
  expect(guess(root, base)).toEqual(right);
  git(['switch', '--quiet', '--detach', base]);
  expect(guess(root, base)).toEqual({ ...right, head: base });
});

test('nothing is guessed where files alone do not tell', () => {
  const { root, base, git, scratch } = checkout();
  symlinkSync(join(root, 'a'), join(scratch, 'link'));
  symlinkSync(join(root, 'a'), join(root, 'inner'));
  git(['worktree', 'add', '--quiet', join(scratch, 'tree')]);
  mkdirSync(join(scratch, 'none'));
  for (const folder of ['link', 'repo/inner', 'tree', 'none']) expect(guess(join(scratch, folder), base)).toBeUndefined();
  expect(guess(root, 'main')).toBeUndefined();
  git(['config', 'core.worktree', scratch]);
  expect(guess(root, base)).toBeUndefined();
});

test('a plan from a wrong guess is the plan from none', async () => {
  const { root, base, host, hostWith, targets } = checkout();
  const input = { namespace: 'default', baseDir: root, systems: ['x86_64-linux'], since: base };
  const list = targets({ name: 'a', attr: attrOf('a'), hints: ['a/**'], inputs: [] });
  const right = await planTargets({ ...input, host, targets: list });
  // HEAD moves between the look at the files and git's answer.
  const readText = (path: string): string | undefined => (path.endsWith('.git/HEAD') ? base : nodeFiles.readText(path));
  const late = hostWith({}, { files: { ...nodeFiles, readText } });
  expect(await planTargets({ ...input, host: late, targets: list })).toEqual(right);
  expect(right.targets).toMatchObject([{ rebuild: true, reasons: [{ kind: 'changed', path: 'a/one.nix' }] }]);
});
