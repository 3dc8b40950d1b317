import { expect, test } from 'vitest';
import { exitCodeOf } from './update.ts';

test('a rollback that failed has an exit code of its own, whatever came after it', () => {
  const codes = [
    ['rollback-failed'],
    ['rollback-failed', 'updated'],
    ['failed'],
    ['rolled-back'],
    ['deferred'],
    ['updated'],
    [],
  ] as const;
  expect(codes.map((statuses) => exitCodeOf(statuses.map((status) => ({ status }))))).toEqual([2, 2, 1, 1, 0, 0, 0]);
});
