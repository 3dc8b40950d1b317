import { describe, expect, it } from 'vitest';
import { timeLimit } from './time-limit.ts';

describe('a limit of time', () => {
  it('is over when so much time has passed, and stays over', () => {
    let now = 5_000;
    const over = timeLimit({ now: () => now }, 1_000);
    now += 999;
    expect(over()).toBe(false);
    now += 1;
    expect([over(), over()]).toEqual([true, true]);
  });

  it.each([3_600_000, 86_400_000, 1_795_974_300_000])('is not put off when the clock goes back by %i ms', (back) => {
    let now = 1_795_974_300_000;
    const over = timeLimit({ now: () => now }, 1_000);
    now += 600;
    expect(over()).toBe(false);
    now -= back;
    expect(over()).toBe(false);
    now += 400;
    expect(over()).toBe(true);
  });
});
