import { RotaError } from '../../errors/rota-error.ts';
import type { Calendar, CalendarField } from '../calendar.ts';
import { parseCron } from './parse-cron.ts';
import { printCron } from './print-cron.ts';

/** What is read of a field of cron-parser's. */
export interface CronParserField {
  readonly values: readonly (number | string)[];
  readonly isWildcard: boolean;
  /** The n of `5#n`, on the day of the week. */
  readonly nthDay?: number;
}

/** What is read of a parsed expression of cron-parser 5, whichever copy of the package made it. */
export interface CronParserExpression {
  readonly fields: Readonly<Record<'second' | 'minute' | 'hour' | 'dayOfMonth' | 'month' | 'dayOfWeek', CronParserField>>;
}

/**
 * The cron text that fires on the same days and at the same times of day as a parsed expression of cron-parser. Its day rule differs:
 * it takes `*\/2` as a restriction, so two restricted days are written here without a leading `*`, which keeps OR. An `H`
 * is written as the number that its seed gave. How cron treats clock changes follows from the text, not from cron-parser.
 *
 * @throws ROTA_SCHEDULE_SYNTAX for seconds, `L` and `#`, which cron lacks.
 * @throws ROTA_SCHEDULE_NEVER_FIRES
 */
export function fromCronParser(expression: CronParserExpression): string {
  const { second, minute, hour, dayOfMonth, month, dayOfWeek } = expression.fields;
  if (second.values.length !== 1 || second.values[0] !== 0) refuse('It has seconds; cron runs at the start of a minute.');
  if ((dayOfWeek.nthDay ?? 0) > 0) refuse('It has `#` (n-th weekday of the month), which cron lacks.');
  for (const field of [dayOfMonth, dayOfWeek]) {
    if (field.values.some((value) => typeof value !== 'number')) refuse('It has `L` (last day), which cron lacks.');
  }
  const either = !dayOfMonth.isWildcard && !dayOfWeek.isWildcard;
  const calendar: Calendar = {
    minute: read(minute, false),
    hour: read(hour, false),
    dayOfMonth: read(dayOfMonth, either),
    month: read(month, false),
    dayOfWeek: read(dayOfWeek, either),
  };
  const text = printCron(calendar);
  parseCron(text);
  return text;
}

function read(field: CronParserField, withoutStar: boolean): CalendarField {
  const values = new Set(field.values.map((value) => (value === 7 && field.nthDay !== undefined ? 0 : Number(value))));
  return {
    values: [...values].sort((a, b) => a - b),
    star: !withoutStar && (field.isWildcard || rawText(field).startsWith('*')),
  };
}

/** The text that a field was read from. The types hide it, every 5.x has it. */
function rawText(field: object): string {
  const options = 'options' in field ? field.options : undefined;
  const raw = typeof options === 'object' && options !== null && 'rawValue' in options ? options.rawValue : undefined;
  return typeof raw === 'string' ? raw : '';
}

function refuse(reason: string): never {
  throw new RotaError('ROTA_SCHEDULE_SYNTAX', `This expression of cron-parser is no cron expression. ${reason}`);
}
