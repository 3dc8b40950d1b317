import { execFileSync, spawnSync } from 'node:child_process';
import { commandPart, requirePart } from '@rota/test-support';
import { expect, test } from 'vitest';
import { readSpan } from './read-span.ts';

const spans = [
  '90',
  '5 min',
  '1h 30min',
  '1h30m',
  '1.5h',
  '2h 5',
  '5M',
  '5m',
  '1month 2d',
  '1y',
  '3weeks',
  '1min 30s 500ms',
  '1 us',
];
const refused = ['5x', '-5s', 'min', '5 Min', '1h,2', ''];

test.each([
  ['90', 90],
  ['1h 30min', 5400],
  ['5M', 13_149_000],
  ['1month 2d', 2_802_600],
  ['100us', 1],
])('%s is %i seconds', (text, seconds) => {
  expect(readSpan(text)).toBe(seconds * 1000);
});

test.each([undefined, '0', '0s', 'infinity', ...refused])('%s is none', (text) => {
  expect(readSpan(text)).toBeUndefined();
});

requirePart(commandPart('systemd-analyze', 'systemd'))('a time span', () => {
  test('is read as systemd reads it', () => {
    const printed = execFileSync('systemd-analyze', ['timespan', ...spans], { encoding: 'utf8' });
    const micros = [...printed.matchAll(/μs: (\d+)/g)].map((match) => Number(match[1]));
    expect(spans.map(readSpan)).toEqual(micros.map((us) => Math.max(1000, Math.round(us / 1e6) * 1000)));
  });

  test.each(refused)('%j is refused by systemd, too', (text) => {
    expect(spawnSync('systemd-analyze', ['timespan', '--', text]).status).not.toBe(0);
  });
});
