import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { defineSchedule } from '../../schedule/schedule.ts';
import { dueFire } from './due-fire.ts';

const at = (text: string): number => Date.parse(text) / 1000;
const hourly = defineSchedule('0 * * * *', 'UTC');
const limited = { startingDeadlineMs: 600_000 };
const unlimited = { startingDeadlineMs: null };

describe('the due gate', () => {
  it('runs the latest fire time once, and nothing that is handled', () => {
    const now = at('2026-11-21T10:00:20Z');
    const fire = at('2026-11-21T10:00:00Z');
    expect(dueFire(hourly, limited, { handled: at('2026-11-21T09:00:00Z') }, now)).toEqual({
      kind: 'run',
      fire,
      trigger: 'schedule',
      missed: 0,
    });
    expect(dueFire(hourly, limited, { handled: fire }, now)).toEqual({ kind: 'none' });
  });

  it('catches up the latest missed fire time, counts the others, and skips what is later than the deadline', () => {
    const state = { handled: at('2026-11-19T10:00:00Z') };
    const now = at('2026-11-21T10:30:00Z');
    const fire = at('2026-11-21T10:00:00Z');
    expect(dueFire(hourly, unlimited, state, now)).toEqual({ kind: 'run', fire, trigger: 'catch-up', missed: 47 });
    expect(dueFire(hourly, limited, state, now)).toMatchObject({ kind: 'skip', fire, missed: 47 });
  });

  it('catches nothing up without a memory, and is not suppressed by one from a clock that was set back', () => {
    expect(dueFire(hourly, unlimited, { handled: null }, at('2026-11-21T10:30:00Z'))).toEqual({ kind: 'none' });
    expect(dueFire(hourly, unlimited, { handled: null }, at('2026-11-21T10:05:00Z')).kind).toBe('run');
    const future = { handled: at('2026-11-22T10:00:00Z') };
    expect(dueFire(hourly, unlimited, future, at('2026-11-21T10:00:05Z')).kind).toBe('run');
    const nearFuture = { handled: at('2026-11-21T12:00:00Z') };
    expect(dueFire(hourly, unlimited, nearFuture, at('2026-11-21T10:00:05Z')).kind).toBe('none');
  });

  it('runs every fire time at most once and every one that it is asked for in time, whenever it is asked', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4000 }), { maxLength: 60 }), (steps) => {
        let now = at('2026-11-21T00:00:00Z');
        let handled = now;
        const ran: number[] = [];
        for (const step of steps) {
          now += step;
          const due = dueFire(hourly, unlimited, { handled }, now);
          if (due.kind === 'none') continue;
          expect(due.fire <= now && due.fire > now - 3600).toBe(true);
          ran.push(due.fire);
          handled = due.fire;
        }
        expect(new Set(ran).size).toBe(ran.length);
        expect([...ran].sort((a, b) => a - b)).toEqual(ran);
      }),
    );
  });
});
