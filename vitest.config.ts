import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { SideBySide } from './tests/support/side-by-side.ts';

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

const roots = ['packages/*/src', 'examples', 'scripts', 'tests'];
/** What each project has; a file belongs to the last that names it. */
const kinds = {
  unit: roots.map((root) => `${root}/**/*.test.ts`),
  // What uses a scheduler, a booted machine or the wall clock. Each file has a user, a crontab, machines of its own.
  integration: roots.map((root) => `${root}/**/*.integration.test.ts`),
  // Installs the packages as a stranger would, from what `npm run build` made.
  packaging: ['tests/**/*.packaging.test.ts'],
};
// Templates are tested as what is made from them.
const exclude = ['**/node_modules/**', '**/dist/**', '**/templates/**'];

// Node up to 22 reads all of its certificates whenever it starts, which takes longer than to start does; the tests start it thousands of
// times. What downloads gets it back: `downloadEnv` of tests/support.
const { NODE_EXTRA_CA_CERTS } = process.env;
if (NODE_EXTRA_CA_CERTS !== undefined) process.env.ROTA_TEST_EXTRA_CA_CERTS = NODE_EXTRA_CA_CERTS;
delete process.env.NODE_EXTRA_CA_CERTS;

const projects = Object.entries(kinds).map(([name, include]) => ({
  extends: true as const,
  test: { name, include, exclude: name === 'unit' ? [...exclude, ...kinds.integration, ...kinds.packaging] : exclude },
}));

// Vitest gives a process another file only when that is of the same project, and `SideBySide` lets the kinds alternate: to run them all
// they are one project.
const isOfProjects = process.argv.some((word) => word.startsWith('--project'));

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
    // For what hangs. A busy machine is given its time: what runs in seconds here took five minutes there.
    testTimeout: 900_000,
    hookTimeout: 900_000,
    // More than there are processors: much of the time a file waits, for a full minute, a machine that boots, a command.
    maxWorkers: Math.max(6, availableParallelism()),
    // What is waited for comes within a second, but for a busy machine.
    expect: { poll: { timeout: 60_000 } },
    sequence: { sequencer: SideBySide },
    // On a shared machine one more go, which `.ci/run` names at its end; none where a person watches. What fails twice has failed.
    retry: process.env.CI === undefined ? 0 : 1,
    // Files share processes and what they have loaded: to start and load again for each took longer than most of them. A file that changes
    // something of its process changes it back, or fails (`tests/support/setup.ts`).
    isolate: false,
    ...(isOfProjects ? { projects } : { include: Object.values(kinds).flat(), exclude }),
  },
});
