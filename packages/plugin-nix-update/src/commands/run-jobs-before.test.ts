import { defineJob, type Job } from '@rota/core';
import { expect, test } from 'vitest';
import { runJobsBefore } from './run-jobs-before.ts';

const job = (name: string, before: string | undefined): Job =>
  ({
    ...defineJob({ name, schedule: '0 2 * * *', command: [name] }),
    annotations: before === undefined ? {} : { before },
    command: [name, 'now'],
  }) as unknown as Job;

test('only what names the update runs, and what fails is a warning', async () => {
  const ran: string[] = [];
  const warnings: string[] = [];
  const run = async ({ file }: { readonly file: string }) => {
    ran.push(file);
    if (file === 'missing') throw new Error('not found');
    return { exitCode: file === 'bad' ? 1 : 0, signal: null, stdout: '', stderr: 'no\n', timedOut: false };
  };
  await runJobsBefore(
    { run },
    [job('good', 'nix-update'), job('other', undefined), job('bad', 'nix-update'), job('missing', 'nix-update')],
    (line) => warnings.push(line),
  );
  expect(ran).toEqual(['good', 'bad', 'missing']);
  expect(warnings).toEqual([expect.stringContaining('bad'), expect.stringContaining('not found')]);
});
