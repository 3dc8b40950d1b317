import { tmpdir } from 'node:os';
import { afterEach, expect, test, vi } from 'vitest';
import { changedSince, sharedProcess } from './shared-process.ts';

const folder = process.cwd();
afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
  vi.useRealTimers();
  process.chdir(folder);
});

test.each<[string, () => unknown]>([
  ['process.env.ROTA_TEST_LEFT', () => vi.stubEnv('ROTA_TEST_LEFT', 'here')],
  ['process.env.PATH', () => vi.stubEnv('PATH', undefined)],
  ['process.cwd()', () => process.chdir(tmpdir())],
  ['process.stderr.write', () => vi.spyOn(process.stderr, 'write')],
  ['performance.now', () => vi.spyOn(performance, 'now')],
  ['setTimeout', () => vi.useFakeTimers({ toFake: ['setTimeout'] })],
])('a file of tests that leaves %s changed is told so', (name, change) => {
  const before = sharedProcess();
  expect(changedSince(before)).toEqual([]);
  change();
  expect(changedSince(before)).toEqual([name]);
});
