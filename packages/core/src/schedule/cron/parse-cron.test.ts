import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRotaError, type RotaError } from '../../errors/rota-error.ts';
import { cronExpressionArbitrary } from '../cron-expression.arbitrary.ts';
import { parseCron } from './parse-cron.ts';
import { printCron } from './print-cron.ts';

function refusal(expression: string): RotaError {
  try {
    parseCron(expression);
  } catch (error) {
    if (isRotaError(error)) return error;
    throw error;
  }
  throw new Error(`\`${expression}\` was accepted`);
}

const range = (from: number, to: number, step = 1): number[] => {
  const values: number[] = [];
  for (let value = from; value <= to; value += step) values.push(value);
  return values;
};

describe('what is accepted', () => {
  // crontab(5) of Debian; [field, index, values, star].
  test.each([
    ['* * * * *', 'minute', range(0, 59), true],
    ['1,2,3 * * * *', 'minute', [1, 2, 3], false],
    ['1-3,7-9 * * * *', 'minute', [1, 2, 3, 7, 8, 9], false],
    ['*/15 * * * *', 'minute', [0, 15, 30, 45], true],
    ['0-10/2 * * * *', 'minute', [0, 2, 4, 6, 8, 10], false],
    ['*/100 * * * *', 'minute', [0], true],
    ['1-5,3 * * * *', 'minute', [1, 2, 3, 4, 5], false],
    ['00 08 * * *', 'hour', [8], false],
    ['* * *,1 * *', 'dayOfMonth', range(1, 31), true],
    ['* * 1,* * *', 'dayOfMonth', range(1, 31), false],
    ['* * 1-31 * *', 'dayOfMonth', range(1, 31), false],
    ['* * */2 * *', 'dayOfMonth', range(1, 31, 2), true],
    ['* * * JAN *', 'month', [1], false],
    ['* * * jan-MAR/2 *', 'month', [1, 3], false],
    ['* * * * MON', 'dayOfWeek', [1], false],
    ['* * * * 7', 'dayOfWeek', [0], false],
    ['* * * * 5-7', 'dayOfWeek', [0, 5, 6], false],
    ['* * * * 0-7', 'dayOfWeek', range(0, 6), false],
    ['* * * * sun-tue', 'dayOfWeek', [0, 1, 2], false],
    ['* * * * 1-fri', 'dayOfWeek', [1, 2, 3, 4, 5], false],
    ['* * * * */2', 'dayOfWeek', [0, 2, 4, 6], true],
    ['* * * * */3', 'dayOfWeek', [0, 3, 6], true],
    ['* * * * */7', 'dayOfWeek', [0], true],
    ['  * \t * * *\t* ', 'minute', range(0, 59), true],
    ['@hourly', 'minute', [0], false],
    ['@hourly', 'hour', range(0, 23), true],
    ['@weekly', 'dayOfWeek', [0], false],
    ['@midnight', 'hour', [0], false],
    ['@annually', 'month', [1], false],
  ] as const)('%s: %s', (expression, field, values, star) => {
    expect(parseCron(expression)[field]).toEqual({ values, star });
  });
});

describe('what is refused, with its column and the way out', () => {
  test.each([
    ['', 1, /five fields/, '0 * * * *'],
    ['* * * *', 8, /missing day of week/, undefined],
    ['5', 2, /missing hour, day of month, month, day of week/, undefined],
    ['* * * * * *', 11, /six.*no seconds/i, undefined],
    ['0 30 2 * * *', 12, /Without the seconds it is `30 2 \* \* \*`/, '30 2 * * *'],
    ['0 0 * * * /bin/true', 11, /found 6; the command is declared apart/, undefined],
    ['60 * * * *', 1, /minute field.*60 is out of range/, undefined],
    ['0 24 * * *', 3, /hour field.*24 is out of range/, undefined],
    ['0 0 0 * *', 5, /day of month field.*0 is out of range/, undefined],
    ['0 0 32 * *', 5, /32 is out of range/, undefined],
    ['0 0 1 13 *', 7, /month field.*13 is out of range/, undefined],
    ['0 0 * * 8', 9, /day of week field.*8 is out of range/, undefined],
    ['5/15 * * * *', 1, /step without a range/, '5-59/15'],
    ['*/0 * * * *', 3, /at least 1/, undefined],
    ['1-5/0 * * * *', 5, /at least 1/, undefined],
    ['0,,5 * * * *', 3, /comma/, undefined],
    ['1, * * * *', 3, /comma/, undefined],
    [',1 * * * *', 1, /comma/, undefined],
    ['0 0 ? * *', 5, /`\?` is not of cron/, '*'],
    ['0 0 L * *', 5, /last day/, undefined],
    ['0 0 L-3 * *', 5, /last day/, undefined],
    ['0 0 * * 5L', 9, /last weekday/, undefined],
    ['0 0 15W * *', 5, /nearest weekday/, undefined],
    ['0 0 * * 5#2', 9, /n-th weekday/, undefined],
    ['H 2 * * *', 1, /hashed/, undefined],
    ['H/15 * * * *', 1, /hashed/, undefined],
    ['0~30 * * * *', 1, /random/, undefined],
    ['0 22-2 * * *', 3, /backwards/, '22-23,0-2'],
    ['0 0 * * fri-mon', 9, /backwards/, '5-6,0-1'],
    ['0 0 * * fri-sun', 9, /backwards/, '5-7'],
    ['0 0 * * MONDAY', 9, /three letters.*mon/, 'mon'],
    ['0 0 * * moo', 9, /Did you mean `mon`/, 'mon'],
    ['0 0 * janu *', 7, /jan/, 'jan'],
    ['0 mon * * *', 3, /has no names/, undefined],
    ['*5 * * * *', 1, /drop what follows/, '*/5'],
    ['*/15/2 * * * *', 1, /two steps/, undefined],
    ['-1 * * * *', 1, /minus/, undefined],
    ['+1 * * * *', 1, /grammar/, undefined],
    ['1.5 * * * *', 1, /grammar/, undefined],
    ['1e1 * * * *', 1, /grammar/, undefined],
    ['0x5 * * * *', 1, /grammar/, undefined],
    ['1-1_0 * * * *', 1, /grammar/, undefined],
    ['¹ * * * *', 1, /grammar/, undefined],
    ['@reboot', 1, /`on: boot`/, 'on: boot'],
    ['@DAILY', 1, /@daily/, '@daily'],
    ['@dayly', 1, /@daily/, '@daily'],
    ['@daily 5', 8, /Nothing may follow/, '@daily'],
    ['* * * *\n*', 10, /missing day of week/, undefined],
    ['@da\nily', 1, /no nickname/, '@daily'],
    ['0 0 * * *\r', 10, /line break/, '*'],
    ['0 0 * * 1\u00007', 10, /control character/, '17'],
  ] as const)('%j at column %i', (expression, column, message, suggestion) => {
    const error = refusal(expression);
    expect(error.code).toBe('ROTA_SCHEDULE_SYNTAX');
    expect(error.message).toMatch(message);
    expect(error.message).not.toMatch(/[\x00-\x1f]/);
    expect(error.issues[0]?.suggestion).toBe(suggestion);
    expect(error.column).toBe(column);
  });

  test('text beyond any schedule is refused by its length, and not repeated', () => {
    const error = refusal(`0,${'1,'.repeat(100_000)}2 * * * *`);
    expect(error.column).toBe(1001);
    expect(error.message.length).toBeLessThan(300);
  });

  test('every wrong field is reported at once', () => {
    expect(refusal('60 24 0 13 8').issues.map((issue) => issue.column)).toEqual([1, 4, 7, 9, 12]);
  });

  test('a suggested field is accepted in its place', () => {
    for (const [expression, at] of [
      ['0 22-2 * * *', 1],
      ['0 0 * * fri-mon', 4],
      ['0 0 * * fri-sun', 4],
      ['5/15 * * * *', 0],
    ] as const) {
      const fields = expression.split(' ');
      fields[at] = refusal(expression).issues[0]?.suggestion ?? '';
      expect(() => parseCron(fields.join(' '))).not.toThrow();
    }
  });
});

describe('what never fires', () => {
  test.each(['0 0 30 2 *', '0 0 31 4,6 *', '0 0 31 2,4,6,9,11 *', '0 0 30,31 2 */2'])('%s', (expression) => {
    expect(refusal(expression).code).toBe('ROTA_SCHEDULE_NEVER_FIRES');
    expect(refusal(expression).column).toBe(5);
  });

  test.each(['0 0 29 2 *', '0 0 30,31 2 1', '0 0 31 4,5 *', '0 0 29 2 */6'])('%s does', (expression) => {
    expect(() => parseCron(expression)).not.toThrow();
  });
});

describe('printing', () => {
  test.each([
    ['@daily', '0 0 * * *'],
    ['*/15 * * * *', '*/15 * * * *'],
    ['*,1 * 1,* * 7', '* * 1-31 * 0'],
    ['0 0 * * 0-7', '0 0 * * 0-6'],
    ['*/100 */5 1-31/2 * mon-fri', '*/60 */5 1-31/2 * 1-5'],
    ['*/30,7 * * * *', '*/30,7 * * * *'],
    ['1,2,3,5,8 0 * */7 *', '1-3,5,8 0 * */7 *'],
  ])('%s is %s', (expression, text) => {
    expect(printCron(parseCron(expression))).toBe(text);
  });

  test('keeps every value and every leading star, and is stable', () => {
    fc.assert(
      fc.property(cronExpressionArbitrary(), (expression) => {
        let calendar: ReturnType<typeof parseCron>;
        try {
          calendar = parseCron(expression);
        } catch (error) {
          return isRotaError(error) && error.code === 'ROTA_SCHEDULE_NEVER_FIRES';
        }
        const text = printCron(calendar);
        expect(parseCron(text)).toEqual(calendar);
        expect(printCron(parseCron(text))).toBe(text);
        for (const [index, key] of (['minute', 'hour', 'dayOfMonth', 'month', 'dayOfWeek'] as const).entries()) {
          expect(text.split(' ')[index]?.startsWith('*')).toBe(calendar[key].star);
        }
        return true;
      }),
      { numRuns: 2000 },
    );
  });
});
