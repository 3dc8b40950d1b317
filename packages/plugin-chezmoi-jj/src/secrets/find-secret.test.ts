import { expect, test } from 'vitest';
import { findSecret } from './find-secret.ts';

const token = `ghp_${'a1B2c3D4e5'.repeat(4)}`;

test.each([0, 1, 1_480, 1_990, 2_010, 9_990, 123_456])('a secret %i characters into a long line is found', (at) => {
  const line = `${'x '.repeat(at / 2)} ${token} ${'y '.repeat(10_000)}`;
  expect(findSecret(`first\n${line}\n`)).toEqual({ kind: 'a token of GitHub', line: 2 });
  expect(findSecret(`${line} # gitleaks:allow\n`)).toBeUndefined();
});

test('a long line without one has none', () => {
  expect(findSecret('{"a":"b c"},'.repeat(20_000))).toBeUndefined();
});
