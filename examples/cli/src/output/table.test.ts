import { expect, test } from 'vitest';
import { table } from './table.ts';

const rows = [
  ['JOB', 'STATE', 'NEXT', 'SCHEDULE'],
  ['home/backup', 'waiting', 'Mon 2026-11-30 02:00 UTC', '0 2 * * * America/New_York'],
  ['home/a', 'paused', '', '* * * * *'],
];

test('columns are as wide as their widest cell', () => {
  expect(table(rows)).toEqual([
    'JOB          STATE    NEXT                      SCHEDULE',
    'home/backup  waiting  Mon 2026-11-30 02:00 UTC  0 2 * * * America/New_York',
    'home/a       paused                             * * * * *',
  ]);
});

test('the last column is cut where the terminal ends', () => {
  expect(table(rows, 66)[1]).toBe('home/backup  waiting  Mon 2026-11-30 02:00 UTC  0 2 * * * Ameri...');
});

test('on a narrow terminal nothing but the end of a long value is lost', () => {
  expect(table(rows, 40)).toEqual([
    'home/backup',
    '  state     waiting',
    '  next      Mon 2026-11-30 02:00 UTC',
    '  schedule  0 2 * * * America/New_York',
    'home/a',
    '  state     paused',
    '  schedule  * * * * *',
  ]);
  for (const line of table(rows, 20)) expect(line.length).toBeLessThanOrEqual(20);
});

test('rows without a head stay rows', () => {
  expect(table([['  age', '3 days and a few hours more']], 16)).toEqual(['  age  3 days...']);
});
