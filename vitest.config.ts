import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const roots = ['packages/*/src', 'examples', 'scripts', 'tests'];
const tests = roots.map((root) => `${root}/**/*.test.ts`);
const integrationTests = roots.map((root) => `${root}/**/*.integration.test.ts`);
const packagingTests = ['tests/**/*.packaging.test.ts'];
// Templates are tested as what is made from them.
const exclude = ['**/node_modules/**', '**/dist/**', '**/templates/**'];

export default defineConfig({
  resolve: {
    // Tests run against the sources, so that no build stands between an edit and its test.
    alias: [
      { find: /^@rota\/core\/testing$/, replacement: source('packages/core/src/testing/index.ts') },
      { find: /^@rota\/test-support$/, replacement: source('tests/support/index.ts') },
      { find: /^@rota\/(core|backend-[a-z]+|plugin-[a-z-]+)$/, replacement: source('packages/$1/src/index.ts') },
    ],
  },
  test: {
    setupFiles: [source('tests/support/setup.ts')],
    testTimeout: 60_000,
    hookTimeout: 120_000,
    projects: [
      {
        extends: true,
        test: {
          name: 'unit',
          include: tests,
          exclude: [...exclude, ...integrationTests, ...packagingTests],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        // What uses a scheduler, a booted machine or the wall clock runs after the unit tests, one file at a time:
        // a busy machine would make timers late, and two files would share one user's units and crontab.
        extends: true,
        test: {
          name: 'integration',
          include: integrationTests,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 1 },
          testTimeout: 180_000,
          hookTimeout: 300_000,
          // Real daemons on a shared machine: one more go there, which the report names; none where a person watches.
          retry: process.env.CI === undefined ? 0 : 1,
        },
      },
      {
        // Installs the packages as a stranger would, from what `npm run build` made.
        extends: true,
        test: {
          name: 'packaging',
          include: packagingTests,
          exclude,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
          hookTimeout: 300_000,
        },
      },
    ],
  },
});
