import type { CronExpression } from 'cron-parser';
import { RotaError } from '../../errors/rota-error.ts';
import { type Calendar, daysMustBothMatch } from '../calendar.ts';
import type { Schedule } from '../schedule.ts';
import { printCron } from './print-cron.ts';

/** What the parsed expression begins with. */
export interface ToCronParserOptions {
  /** Where its iteration begins, in seconds since the epoch. @default now, as cron-parser has it */
  readonly currentSeconds?: number;
}

/**
 * The schedule as a parsed expression of cron-parser, in the schedule's zone. It fires on the same days and at the same times of day;
 * around clock changes cron-parser has its own ideas. Loads cron-parser.
 *
 * @throws ROTA_SCHEDULE_SYNTAX when both day fields must match, which cron-parser cannot say.
 */
export async function toCronParser(schedule: Schedule, options: ToCronParserOptions = {}): Promise<CronExpression> {
  const { calendar } = schedule;
  const restricted = calendar.dayOfMonth.values.length < 31 && calendar.dayOfWeek.values.length < 7;
  if (daysMustBothMatch(calendar) && restricted) {
    throw new RotaError(
      'ROTA_SCHEDULE_SYNTAX',
      `\`${schedule.expression}\` runs when both day fields match; cron-parser would run it when either does.`,
    );
  }
  const { CronExpressionParser } = await import('cron-parser');
  return CronExpressionParser.parse(printCron(withPlainDays(calendar)), {
    tz: schedule.zone.name,
    ...(options.currentSeconds === undefined ? {} : { currentDate: new Date(options.currentSeconds * 1000) }),
  });
}

/** cron-parser takes a day field for unrestricted only when it is a bare star, so every full one becomes that; either one full under OR is every day. */
function withPlainDays(calendar: Calendar): Calendar {
  const { dayOfMonth, dayOfWeek } = calendar;
  const full = { month: dayOfMonth.values.length === 31, week: dayOfWeek.values.length === 7 };
  if (!full.month && !full.week) return calendar;
  const everyDay = !daysMustBothMatch(calendar);
  const values = (low: number, count: number): readonly number[] => Array.from({ length: count }, (_, index) => low + index);
  return {
    ...calendar,
    dayOfMonth: full.month || everyDay ? { values: values(1, 31), star: true } : { ...dayOfMonth, star: false },
    dayOfWeek: full.week || everyDay ? { values: values(0, 7), star: true } : { ...dayOfWeek, star: false },
  };
}
