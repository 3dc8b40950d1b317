import { expect, test } from 'vitest';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { likelyRenames } from './likely-renames.ts';
import type { Change, PlannedEntry } from './plan.ts';
import { sampleChange, sampleEntry } from './sample-plan.test-support.ts';

const entry = (name: string, more: Partial<Job> = {}): PlannedEntry =>
  sampleEntry({ ...bareJob('0 6 * * *', 'UTC'), tenant: 'acme', name, command: ['/opt/backup.sh'], ...more });
const change = ({ tenant, name }: PlannedEntry, action: Change['action']): Change => sampleChange(name, action, { tenant });
const hints = (gone: readonly PlannedEntry[], come: readonly PlannedEntry[], action: Change['action'] = 'create') =>
  likelyRenames(
    [...gone.map((one) => change(one, 'delete')), ...come.map((one) => change(one, action))],
    new Map(gone.map((one) => [printJobKey(one), one])),
    come,
  );

test('a job that only got another name, with what else is told of it, is asked about', () => {
  const [hint, ...others] = hints([entry('backup')], [entry('nightly', { tenant: 'ops', labels: { tier: 'one' } })]);
  expect(others).toEqual([]);
  expect(hint).toEqual({
    severity: 'warning',
    message:
      'acme/backup goes, and ops/nightly does the same: if it is the same job with another name, its history would be lost to it.',
    remedy: 'Keep it, in the config: moved: [{from: acme/backup, to: ops/nightly}]',
  });
});

test('nothing is said of one that does something else, of a move, or where it could be either of two', () => {
  expect(hints([entry('backup')], [entry('nightly', { command: ['/opt/other.sh'] })])).toEqual([]);
  expect(hints([entry('backup')], [entry('nightly', { env: { TO: 'disk' } })])).toEqual([]);
  expect(hints([entry('backup')], [entry('nightly')], 'move')).toEqual([]);
  expect(hints([entry('a'), entry('b')], [entry('c')])).toEqual([]);
  expect(hints([entry('a')], [entry('b'), entry('c')])).toEqual([]);
});
