import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import { expect, test } from 'vitest';
import { filesBelow } from './source-files.ts';

const files = ['packages', 'examples', 'scripts', 'tests'].flatMap((folder) =>
  filesBelow(join(repositoryRoot, folder), '.integration.test.ts'),
);

// Files run side by side, and two of them would see and stop each other's units.
test('no two test files share a user manager', () => {
  const users = files.flatMap((file) => [
    ...new Set([...readFileSync(file, 'utf8').matchAll(/userSystemd\('([^']+)'\)/g)].map(([, user]) => user)),
  ]);
  expect(users.length).toBeGreaterThan(5);
  expect(users.toSorted()).toEqual([...new Set(users)].sort());
});
