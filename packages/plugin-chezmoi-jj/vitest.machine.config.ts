import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/**
 * The tests that need jj and chezmoi themselves (`*.machine.ts`). `machine.integration.test.ts` and `model.integration.test.ts` run them on a booted machine; where both programs are
 * installed: `npx vitest run --config packages/plugin-chezmoi-jj/vitest.machine.config.ts`
 */
export default defineConfig({
  root: source('.'),
  resolve: {
    alias: [
      { find: /^@rota\/core$/, replacement: source('../core/src/index.ts') },
      { find: /^@rota\/test-support$/, replacement: source('../../tests/support/index.ts') },
    ],
  },
  test: {
    include: ['src/**/*.machine.ts'],
    globalSetup: [source('src/testing/worlds-folder.ts')],
    setupFiles: [source('../../tests/support/setup.ts')],
    testTimeout: 600_000,
    hookTimeout: 300_000,
    // What is waited for comes within a second, but for a busy machine.
    expect: { poll: { timeout: 60_000 } },
    // More than there are processors, for each waits for programs most of the time; what one has loaded serves all of its files.
    maxWorkers: 4,
    isolate: false,
  },
});
