import { CronExpressionParser } from 'cron-parser';
import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRotaError } from '../errors/rota-error.ts';
import { fromCronParser } from './cron/from-cron-parser.ts';
import { toCronParser } from './cron/to-cron-parser.ts';
import { cronExpressionArbitrary } from './cron-expression.arbitrary.ts';
import { firesBetween } from './fires-between.ts';
import { nextFire } from './next-fire.ts';
import { defineSchedule, type Schedule } from './schedule.ts';

const start = Date.parse('2026-01-15T00:00:00Z') / 1000;
const parse = (expression: string, options = {}) => CronExpressionParser.parse(expression, options);

function schedules(): fc.Arbitrary<Schedule> {
  return cronExpressionArbitrary()
    .map((expression) => {
      try {
        return defineSchedule(expression, 'UTC');
      } catch (error) {
        if (isRotaError(error)) return undefined;
        throw error;
      }
    })
    .filter((schedule) => schedule !== undefined);
}

function ourFires(schedule: Schedule, count: number): number[] {
  const fires: number[] = [];
  for (let at = nextFire(schedule, start); at !== null && fires.length < count; at = nextFire(schedule, at)) fires.push(at);
  return fires;
}

/** Where cron-parser and croner are known to read the day rule in their own way: a starred step with the other field restricted. */
function starredStepWithOtherDay({ calendar: { dayOfMonth, dayOfWeek } }: Schedule): boolean {
  const partial = (field: typeof dayOfMonth, size: number) => field.values.length < size;
  return (
    (dayOfMonth.star && partial(dayOfMonth, 31) && dayOfWeek.values.length < 7) ||
    (dayOfWeek.star && partial(dayOfWeek, 7) && dayOfMonth.values.length < 31)
  );
}

/** A field that is full or a list, but not the plain `*`, together with the other day field. */
function oddFullDay(schedule: Schedule): boolean {
  const [, , date = '', , weekday = ''] = schedule.expression.split(' ');
  return date !== '*' && weekday !== '*';
}

describe('peers, in UTC', () => {
  test('croner gives the same next fires but for the day rule of a starred field', () => {
    fc.assert(
      fc.property(schedules(), (schedule) => {
        fc.pre(!starredStepWithOtherDay(schedule));
        const [, , date = '', , weekday = ''] = schedule.expression.split(' ');
        // Only a field that is exactly `*` is a wildcard to croner; `*,1` and `*\/1` are not.
        fc.pre(!(oddFullDay(schedule) && (date.startsWith('*') || weekday.startsWith('*'))));
        // croner refuses steps beyond the field.
        let cron: Cron;
        try {
          cron = new Cron(schedule.expression, { timezone: 'UTC', paused: true });
        } catch (error) {
          expect(String(error)).toMatch(/step/i);
          return;
        }
        const theirs = cron.nextRuns(10, new Date(start * 1000)).map((date) => date.getTime() / 1000);
        expect(ourFires(schedule, 10).slice(0, theirs.length)).toEqual(theirs);
        expect(theirs.length).toBeGreaterThan(0);
      }),
      { numRuns: 400 },
    );
  });

  test('cron-parser gives the same next fires for what toCronParser hands over', async () => {
    await fc.assert(
      fc.asyncProperty(schedules(), async (schedule) => {
        let iterator: Awaited<ReturnType<typeof toCronParser>>;
        try {
          iterator = await toCronParser(schedule, { currentSeconds: start });
        } catch (error) {
          // cron-parser cannot say AND.
          expect(isRotaError(error) && error.code).toBe('ROTA_SCHEDULE_SYNTAX');
          expect(starredStepWithOtherDay(schedule)).toBe(true);
          return;
        }
        // It gives up after a bounded search for rare dates.
        const ours = ourFires(schedule, 5).filter((at) => at < start + 3 * 365 * 86_400);
        expect(ours.map(() => iterator.next().getTime() / 1000)).toEqual(ours);
      }),
      { numRuns: 300 },
    );
  });
});

describe('an expression of cron-parser', () => {
  test.each([
    ['*/15 9-17 * * 1-5', '*/15 9-17 * * 1-5'],
    ['0 0 * * 7', '0 0 * * 0'],
    ['0 0 ? * MON', '0 0 * * 1'],
    ['0 30 2 * * *', '30 2 * * *'],
    // cron-parser reads this as odd days or Mondays; cron would read the same text as odd Mondays.
    ['0 0 */2 * 1', '0 0 1-31/2 * 1'],
    ['0 0 */2 * *', '0 0 */2 * *'],
  ])('%s becomes %s', (theirs, ours) => {
    expect(fromCronParser(parse(theirs))).toBe(ours);
  });

  test('has its H resolved by its seed', () => {
    const text = fromCronParser(parse('H H(2-4) * * *', { hashSeed: 'backup' }));
    expect(text).toMatch(/^\d+ [234] \* \* \*$/);
    expect(fromCronParser(parse('H H(2-4) * * *', { hashSeed: 'backup' }))).toBe(text);
  });

  test.each(['15 0 0 * * *', '* * * * * *', '0 0 L * *', '0 0 * * 5L', '0 0 * * 5#2'])('%s is refused', (expression) => {
    expect(() => fromCronParser(parse(expression))).toThrow(/cron/);
  });

  test('fires when cron-parser says', () => {
    fc.assert(
      fc.property(cronExpressionArbitrary(), (expression) => {
        let theirs: ReturnType<typeof parse>;
        let text: string;
        try {
          theirs = parse(expression, { tz: 'UTC', currentDate: new Date(start * 1000) });
        } catch {
          // It refuses lists that overlap.
          return;
        }
        try {
          text = fromCronParser(theirs);
        } catch (error) {
          expect(isRotaError(error) && error.code).toBe('ROTA_SCHEDULE_NEVER_FIRES');
          return;
        }
        const until = start + 400 * 86_400;
        const ours = firesBetween(defineSchedule(text, 'UTC'), start + 1, until).slice(0, 5);
        expect(ours.map(() => theirs.next().getTime() / 1000)).toEqual(ours);
      }),
      { numRuns: 300 },
    );
  });
});
