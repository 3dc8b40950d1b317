import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cronExpressionArbitrary } from '../cron-expression.arbitrary.ts';
import { scheduleWarnings } from '../proof/schedule-warnings.ts';
import { describeCron } from './describe-cron.ts';
import { parseCron } from './parse-cron.ts';

const warningsOf = (expression: string): string[] => scheduleWarnings(parseCron(expression)).map((issue) => issue.message);

describe('a description', () => {
  test.each([
    ['* * * * *', 'every minute'],
    ['*/5 * * * *', 'every 5 minutes'],
    ['2-59/5 * * * *', 'every 5 minutes, from minute 2 on'],
    ['*/25 * * * *', 'at minutes 0, 25 and 50 of every hour'],
    ['0 * * * *', 'every hour, on the hour'],
    ['30 2 * * *', 'at 02:30 every day'],
    ['0 9,17 * * mon-fri', 'at 09:00 and 17:00 on Monday to Friday'],
    ['0 9-17 * * 1-5', 'every hour from 09:00 to 17:00 on Monday to Friday'],
    ['*/15 9-17 * * 1-5', 'every 15 minutes from 09:00 to 17:45 on Monday to Friday'],
    ['0 0 1 1 *', 'at 00:00 on the 1st of the month in January'],
    ['0 0 1-31 * 1', 'at 00:00 every day'],
    ['0 0 13 * 5', 'at 00:00 on the 13th of the month, and also on Friday'],
    ['0 0 */2 * 1', 'at 00:00 on odd days of the month when it is also Monday'],
    ['0 4 8-14 * */6', 'at 04:00 on the 8th to the 14th of the month when it is also Saturday or Sunday'],
    ['* * * 6-8 *', 'every minute in June to August'],
    ['0 12 * 6-8 *', 'at 12:00 every day in June to August'],
  ])('of %s is "%s"', (expression, text) => {
    expect(describeCron(parseCron(expression))).toBe(text);
  });

  test('is one line without holes for every expression', () => {
    fc.assert(
      fc.property(cronExpressionArbitrary(), (expression) => {
        let calendar: ReturnType<typeof parseCron>;
        try {
          calendar = parseCron(expression);
        } catch {
          return;
        }
        expect(describeCron(calendar)).not.toMatch(/undefined|NaN|\n| {2}|^ | $/);
        for (const { message } of scheduleWarnings(calendar)) expect(message).not.toMatch(/undefined|NaN|\n| {2}/);
      }),
    );
  });
});

describe('a warning', () => {
  test.each([
    ['*/7 * * * *', /not every 7 minutes.*0, 7, 14, 21, ... 56.*each hour; after 56 the next is 0, only 4 minutes later/],
    ['0 */5 * * *', /not every 5 hours/],
    ['0 0 */2 * *', /not every 2 days.*each month; the 31st is followed by the 1st/],
    ['0 0 1 */5 *', /not every 5 months.*each January/],
    ['0 0 * * */2', /not every 2 days.*only 1 day later/],
    ['*/100 * * * *', /longer than the field: only 0 is left/],
    ['0 0 13 * 5', /either is enough.*also on Friday/],
    ['0 0 */2 * 1', /both day fields must match/],
    ['0 0 15 * 0-6', /runs every day/],
    ['0 0 1-31 * 1', /runs every day/],
    ['0 0 31 * *', /without a 31st are left out \(2, 4, 6, 9, 11\)/],
    ['0 0 29 2 *', /leap years only/],
    ['* 2 * * *', /60 times/],
  ])('is given for %s', (expression, message) => {
    expect(warningsOf(expression).some((text) => message.test(text))).toBe(true);
  });

  test.each([
    '* * * * *',
    '*/5 * * * *',
    '0 */6 * * *',
    '0 0 * * 1-5',
    '30 2 1,15 * *',
    '* 9-17 * * *',
    '0 0 1 */3 *',
    '15,45 * * * *',
    '@hourly',
    '@daily',
    '@weekly',
    '@monthly',
    '@yearly',
  ])('is not given for %s', (expression) => {
    expect(warningsOf(expression)).toEqual([]);
  });
});
