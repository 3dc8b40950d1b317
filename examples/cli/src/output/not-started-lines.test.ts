import type { JobStatus } from '@rota/core';
import { expect, test } from 'vitest';
import { notStartedLines } from './not-started-lines.ts';

test('what kept a scheduler from starting a job is said in its words', () => {
  const job: JobStatus = {
    tenant: 'acme',
    name: 'one',
    backend: 'taskscheduler',
    schedule: '0 4 * * *',
    timezone: 'UTC',
    state: 'failed',
    nextRun: null,
    lastRun: null,
    fidelity: 'exact',
  };
  expect(notStartedLines([job, { ...job, name: 'two', failure: 'access was denied (0x80070005)' }])).toEqual([
    'acme/two: taskscheduler could not start it: access was denied (0x80070005).',
  ]);
});
