import { expect, test } from 'vitest';
import type { Git } from '../../host/git.ts';
import { compareTrees } from './compare-trees.ts';

const [one, two, three] = ['1', '2', '3'].map((digit) => digit.repeat(40));
const nothing = '0'.repeat(40);
const said = [
  `${one} ${two}\n`,
  `:100644 100755 ${one} ${two} M\0a b\n:c.nix\0`,
  `:000000 100644 ${nothing} ${three} A\0added\0`,
  `${one} ${three}\n`,
  `${two} ${three}\n`,
  `:160000 160000 ${one} ${two} M\0vendor\0`,
].join('');

test('what git says is read the same, wherever it is cut into pieces', async () => {
  for (let size = 1; size <= said.length; size += 1) {
    const git: Git = async (_, { onStdout } = {}) => {
      for (let at = 0; at < said.length; at += size) onStdout?.(said.slice(at, at + size));
      return { exitCode: 0, signal: null, stdout: '', stderr: '', timedOut: false };
    };
    const { diffs, done } = compareTrees(git, Promise.resolve([]));
    await done;
    expect(diffs).toEqual([
      [
        { kind: 'changed', path: 'a b\n:c.nix' },
        { kind: 'other', path: 'added', before: null, after: { id: three, isSubmodule: false } },
      ],
      [],
      [{ kind: 'other', path: 'vendor', before: { id: one, isSubmodule: true }, after: { id: two, isSubmodule: true } }],
    ]);
  }
});
