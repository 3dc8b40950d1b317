import { safeParse } from 'valibot';
import { expect, test } from 'vitest';
import { resourcesSchema } from './limits-schema.ts';

const accepted = (resources: unknown): boolean => safeParse(resourcesSchema, resources).success;

// Each verdict is that of `systemd-analyze verify` of systemd 252 on the unit: what it says that it ignores is refused.
test.each([
  ['memoryMax', '512M', true],
  ['memoryMax', '1.5G', true],
  ['memoryMax', '100.5K', true],
  ['memoryMax', 9_007_199_254_740_991, true],
  ['memoryMax', '12.5%', true],
  ['memoryMax', '100%', true],
  ['memoryMax', 'infinity', true],
  ['memoryMax', 1e21, false],
  ['memoryMax', '0', false],
  ['memoryMax', '0%', false],
  ['memoryMax', '0.0G', false],
  ['memoryMax', '20.123%', false],
  ['memoryMax', '150%', false],
  ['memoryMax', '999999999999T', false],
  ['memoryHigh', '150%', false],
  ['cpuQuota', '50%', true],
  ['cpuQuota', '400%', true],
  ['cpuQuota', '0.01%', true],
  ['cpuQuota', '0%', false],
  ['cpuQuota', '0.001%', false],
  ['cpuQuota', '99999999999%', false],
  ['tasksMax', 40, true],
  ['tasksMax', 1e21, false],
])('%s: %j is accepted: %j', (field, value, verdict) => {
  expect(accepted({ [field]: value })).toBe(verdict);
});
