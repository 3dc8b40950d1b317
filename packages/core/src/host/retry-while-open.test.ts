import { expect, test } from 'vitest';
import { retryWhileOpen } from './retry-while-open.ts';

/** Fails some times, then answers how often it was asked. */
function failing(code: string, times: number): { readonly work: () => number; readonly asked: () => number } {
  let asked = 0;
  const work = (): number => {
    asked += 1;
    if (asked <= times) throw Object.assign(new Error(code), { code });
    return asked;
  };
  return { work, asked: () => asked };
}

test.each(['EPERM', 'EACCES', 'EBUSY'])('on Windows %s passes by', (code) => {
  expect(retryWhileOpen(failing(code, 3).work, 'win32')).toBe(4);
});

test('it does not wait for ever, and hands on what went wrong', () => {
  const { work, asked } = failing('EPERM', Number.POSITIVE_INFINITY);
  const began = Date.now();
  expect(() => retryWhileOpen(work, 'win32')).toThrow('EPERM');
  expect(Date.now() - began).toBeGreaterThan(2000);
  expect(asked()).toBeGreaterThan(10);
});

test.each([
  ['win32', 'ENOSPC'],
  ['linux', 'EPERM'],
  ['darwin', 'EBUSY'],
] as const)('on %s %s is final', (platform, code) => {
  const { work, asked } = failing(code, 1);
  expect(() => retryWhileOpen(work, platform)).toThrow(code);
  expect(asked()).toBe(1);
});
