import { expect, test } from 'vitest';
import { sampleJob } from '../testing/sample-job.ts';
import type { Capabilities } from './backend.ts';
import { lower } from './lower.ts';

const away: Capabilities = {
  native: ['schedule', 'timezone', 'history', 'output', 'concurrency.forbid'],
  refused: {},
  alwaysRunner: false,
  neverRunner: true,
};
const context = { backend: 'away', gated: false, hasFollowers: false, smallestGap: undefined };

test('where no runner can be, what is not native is refused and never left to it', () => {
  const retry = { ...sampleJob('a').retry, enabled: true };
  const { runner, features, refusals } = lower(sampleJob('a', { retry }), away, context);
  expect(runner).toBe(false);
  expect(features.retry).toBe('refused');
  expect(refusals).toEqual([
    '`retry` cannot be had on away, where no runner can be. Remove it, or choose another backend for the job.',
  ]);
  expect(lower(sampleJob('a'), away, context)).toMatchObject({ runner: false, refusals: [] });
});

test('where no runner can be, a schedule that would need the gate is refused', () => {
  const { runner, refusals } = lower(sampleJob('a'), away, { ...context, gated: true });
  expect(runner).toBe(false);
  expect(refusals.join()).toMatch(/schedule cannot be had exactly: away would also start it/);
});
