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

test('on a narrow terminal nothing is lost', () => {
  expect(table(rows, 40)).toEqual([
    'home/backup',
    '  state     waiting',
    '  next      Mon 2026-11-30 02:00 UTC',
    '  schedule  0 2 * * * America/New_York',
    'home/a',
    '  state     paused',
    '  schedule  * * * * *',
  ]);
  expect(table(rows, 30)).toEqual([
    'home/backup',
    '  state     waiting',
    '  next      Mon 2026-11-30',
    '            02:00 UTC',
    '  schedule  0 2 * * *',
    '            America/New_York',
    'home/a',
    '  state     paused',
    '  schedule  * * * * *',
  ]);
});

test('rows without a head stay rows', () => {
  expect(table([['  age', '3 days and a few hours more']], 16)).toEqual(['  age  3 days...']);
});

test('letters of East Asia take two columns, and marks none', () => {
  expect(
    table([
      ['備份', 'x'],
      ['abcde', 'y'],
      ['e\u0301', 'z'],
    ]),
  ).toEqual(['備份   x', 'abcde  y', 'e\u0301      z']);
  expect(table([['a', '日本語日本語']], 12)).toEqual(['a  日本語...']);
});

test('on a terminal a column in which nothing stands takes no room, and in a pipe it stays', () => {
  const runs = [
    ['JOB', 'DETAIL', 'RUN'],
    ['home/backup', '', '01a22ad2'],
  ];
  expect(table(runs, 80)).toEqual(['JOB          RUN', 'home/backup  01a22ad2']);
  expect(table(runs)[0]).toBe('JOB          DETAIL  RUN');
  // Without a head the first row is a row like the others.
  expect(
    table(
      [
        ['age', 'old'],
        ['size', ''],
      ],
      80,
    ),
  ).toEqual(['age   old', 'size']);
});
