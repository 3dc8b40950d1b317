import { expect, test } from 'vitest';
import { sampleSize } from './sample-size.ts';

test.each([
  [{}, 10],
  [{ CI: 'true' }, 50],
  [{ ROTA_LONG: '1' }, 1000],
  [{ ROTA_LONG: '1', CI: 'true' }, 1000],
] as const)('where the environment is %j, %i cases are played', (env, count) => {
  expect(sampleSize({ here: 10, inCi: 50, long: 1000 }, env)).toBe(count);
});

test('a long run plays no fewer than CI', () => {
  expect(sampleSize({ here: 10, inCi: 50 }, { ROTA_LONG: '1' })).toBe(50);
});
