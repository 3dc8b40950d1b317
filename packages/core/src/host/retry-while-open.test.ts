import { expect, test } from 'vitest';
import { retryWhileLocked, retryWhileOpen } from './retry-while-open.ts';

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

test('what somebody has for themselves is opened when they let go of it, and what may not be opened is not waited for', () => {
  expect(retryWhileLocked(failing('EBUSY', 3).work, 'win32')).toBe(4);
  for (const [code, platform] of [
    ['EPERM', 'win32'],
    ['EACCES', 'win32'],
    ['EBUSY', 'linux'],
  ] as const) {
    const { work, asked } = failing(code, 1);
    expect(() => retryWhileLocked(work, platform)).toThrow(code);
    expect(asked()).toBe(1);
  }
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
