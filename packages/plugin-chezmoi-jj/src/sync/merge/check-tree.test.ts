import { existsSync, mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import { uptime } from 'node:os';
import { join } from 'node:path';
import { createHost } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { checkTree } from './check-tree.ts';

test.each([
  ['of a git that is at work is waited for', 0, 1000, 'ROTA_DOTFILES_BUSY'],
  ['that was left is told, with the way out', 0, 3_600_000, 'ROTA_DOTFILES_FAILED'],
  ['from before the clock was set back was left', 0, -86_400_000, 'ROTA_DOTFILES_FAILED'],
  ["from before the machine started is nobody's", uptime() + 60, 0, undefined],
])('a lock %s', (_, olderSeconds, laterMs, code) => {
  const tree = temporaryFolder();
  const lock = join(tree, '.git/index.lock');
  mkdirSync(join(tree, '.git'));
  writeFileSync(lock, '');
  const at = Date.now() / 1000 - olderSeconds;
  utimesSync(lock, at, at);
  const host = createHost({ now: () => Date.now() + laterMs });
  const check = (): void => checkTree(host, tree, []);
  if (code === undefined) {
    check();
    expect(existsSync(lock)).toBe(false);
  } else {
    expect(check).toThrow(expect.objectContaining({ code, suggestions: [expect.stringContaining(lock)] }));
    expect(existsSync(lock)).toBe(true);
  }
});
