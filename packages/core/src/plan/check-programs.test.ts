import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { programCheck } from './check-programs.ts';

let home: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'rota-programs-'));
  mkdirSync(join(home, '.local/bin'), { recursive: true });
  for (const name of ['.local/bin/here', 'plain']) writeFileSync(join(home, name), '', { mode: 0o644 });
  chmodSync(join(home, '.local/bin/here'), 0o755);
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const check = (platform: 'linux' | 'win32' = 'linux') =>
  programCheck({ platform, user: { name: 'a', uid: 1000, home }, env: {} });
const job = (more: Partial<Job>): Job => ({ ...bareJob('0 6 * * *', 'UTC'), tenant: 'acme', name: 'backup', ...more });
const requiring = (commands: readonly string[], more: Partial<Job> = {}): Job =>
  job({ requires: { commands, files: [], units: [] }, ...more });

test('a required command that is not there is an error with the place of the job and a remedy', () => {
  const source = { file: 'jobs/backup.yaml', line: 3 };
  expect(check().issues(requiring(['here', 'no-such-tool', '/nowhere/tool'], { source }))).toEqual([
    {
      code: 'ROTA_REQUIREMENT_MISSING',
      severity: 'error',
      message: expect.stringMatching(
        /^acme\/backup: `no-such-tool` is not on the PATH that the scheduler gives \(.*\/\.local\/bin:.*`requires\.commands` names it\. Install it, name it by its absolute path, or set `env\.PATH`\.$/,
      ),
      ...source,
    },
    {
      code: 'ROTA_REQUIREMENT_MISSING',
      severity: 'error',
      message: expect.stringContaining('Install /nowhere/tool.'),
      ...source,
    },
  ]);
});

test('the PATH of the job counts, its folder, and whether the file may be executed', () => {
  const issues = (commands: readonly string[], more: Partial<Job>) => check().issues(requiring(commands, more)).length;
  expect(issues(['here'], {})).toBe(0);
  expect(issues(['here'], { env: { PATH: '/usr/bin' } })).toBe(1);
  expect(issues(['plain'], { env: { PATH: home } })).toBe(1);
  expect(issues(['./here'], {})).toBe(1);
  expect(issues(['./here'], { workingDir: '.local/bin' })).toBe(0);
});

test('a paused job needs nothing, and what Windows would find is not known here', () => {
  expect(check().issues(requiring(['no-such-tool'], { paused: true }))).toEqual([]);
  expect(check('win32').issues(requiring(['no-such-tool']))).toEqual([]);
});

test('a program that the scheduler would not find is a warning, unless a shell looks for it', () => {
  const warnings = (more: Partial<Job>) =>
    check()
      .warnings(job(more))
      .map(({ severity }) => severity);
  expect(warnings({ command: ['no-such-tool'] })).toEqual(['warning']);
  expect(warnings({ command: ['/nowhere/tool'] })).toEqual(['warning']);
  expect(warnings({ command: ['here', '--flag'] })).toEqual([]);
  expect(warnings({ command: ['no-such-tool --flag'], shell: true })).toEqual([]);
});
