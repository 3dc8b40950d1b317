import { describe, expect, it } from 'vitest';
import { startStopwatch } from './stopwatch.ts';

const at = (text: string): number => Date.parse(text);

describe('the times of a run', () => {
  it.each([
    ['as the clock says', '2026-11-29T03:00:00.250Z', '2026-11-29T03:10:00.500Z', 600, 600_250],
    ['with what the uptime leaves out', '2026-11-29T03:00:00.000Z', '2026-11-29T03:00:01.700Z', 0, 1_700],
    ['by the uptime, when the clock was set back by an hour', '2026-11-29T03:00:00Z', '2026-11-29T02:10:00Z', 600, 600_000],
    ['by the uptime, when the clock was set from 1970 on', '1970-01-01T00:00:20Z', '2026-11-29T02:10:00Z', 12, 12_000],
    ['by the uptime, when the clock went to 1970', '2026-11-29T02:10:00Z', '1970-01-01T00:00:20Z', 12, 12_000],
  ])('are %s', (_, began, ended, passed, durationMs) => {
    let now = at(began);
    let up = 100;
    const times = startStopwatch(
      () => now,
      () => up,
    );
    now = at(ended);
    up += passed;
    expect(times()).toEqual({ startedMs: at(ended) - durationMs, endedMs: at(ended), durationMs });
  });
});
