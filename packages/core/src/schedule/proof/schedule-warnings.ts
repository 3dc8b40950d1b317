import type { Issue } from '../../errors/issue.ts';
import { type Calendar, daysMustBothMatch } from '../calendar.ts';
import { describeCron } from '../cron/describe-cron.ts';
import { joinWords, ordinal } from '../cron/words.ts';

/**
 * What a valid calendar says that its writer may not have meant: steps that begin anew, the day rules, dates that few
 * months have, every minute of one hour. Each says what it really means. Code ROTA_SCHEDULE_MISLEADING.
 */
export function scheduleWarnings(calendar: Calendar): readonly Issue[] {
  return [...stepWarnings(calendar), ...dayRuleWarnings(calendar), ...dateWarnings(calendar), ...minuteWarnings(calendar)];
}

function warn(message: string, suggestion?: string): Issue {
  return { code: 'ROTA_SCHEDULE_MISLEADING', severity: 'warning', message, ...(suggestion === undefined ? {} : { suggestion }) };
}

const steps = [
  { key: 'minute', name: 'minute', low: 0, size: 60, unit: 'minutes', restarts: 'each hour' },
  { key: 'hour', name: 'hour', low: 0, size: 24, unit: 'hours', restarts: 'each day' },
  { key: 'dayOfMonth', name: 'day of month', low: 1, size: 31, unit: 'days', restarts: 'each month' },
  { key: 'month', name: 'month', low: 1, size: 12, unit: 'months', restarts: 'each January' },
  { key: 'dayOfWeek', name: 'day of week', low: 0, size: 7, unit: 'days', restarts: 'each Sunday' },
] as const;

function stepWarnings(calendar: Calendar): Issue[] {
  const found: Issue[] = [];
  for (const { key, name, low, size, unit, restarts } of steps) {
    const { values, star } = calendar[key];
    if (values.length === size || values[0] !== low) continue;
    if (values.length === 1) {
      if (star) found.push(warn(`The step of the ${name} field is longer than the field: only ${low} is left.`, String(low)));
      continue;
    }
    const step = (values[1] ?? 0) - low;
    const last = values.at(-1) ?? low;
    const progression = values.every((value, index) => value === low + index * step) && last + step >= low + size;
    // Months differ in length, so no step of days is even; a short list without a star was chosen number by number.
    if (!progression || (!star && values.length < 4) || (size % step === 0 && key !== 'dayOfMonth')) continue;
    const shown = values.length > 8 ? `${values.slice(0, 4).join(', ')}, ... ${last}` : joinWords(values.map(String));
    const seam =
      key === 'dayOfMonth'
        ? `the ${ordinal(last)} is followed by the 1st`
        : `after ${last} the next is ${low}, only ${count(size - last + low, unit)} later`;
    found.push(warn(`This is not every ${step} ${unit}: it runs at ${name} ${shown} and begins anew ${restarts}; ${seam}.`));
  }
  return found;
}

function count(number: number, unit: string): string {
  return `${number} ${number === 1 ? unit.slice(0, -1) : unit}`;
}

function dayRuleWarnings(calendar: Calendar): Issue[] {
  const { dayOfMonth, dayOfWeek } = calendar;
  const dates = dayOfMonth.values.length < 31;
  const weekdays = dayOfWeek.values.length < 7;
  const meaning = `It runs ${describeCron(calendar)}.`;
  if (daysMustBothMatch(calendar)) {
    if (!dates || !weekdays) return [];
    return [warn(`A day field begins with *, so both day fields must match. ${meaning}`)];
  }
  if (dates && weekdays) return [warn(`Neither day field begins with *, so either is enough. ${meaning}`)];
  if (!dates && !weekdays) return [];
  const full = dates ? 'day of week' : 'day of month';
  return [warn(`The ${full} field names every day without a *, and either day field is enough: it runs every day.`, '*')];
}

function dateWarnings(calendar: Calendar): Issue[] {
  const { dayOfMonth, dayOfWeek, month } = calendar;
  const earliest = dayOfMonth.values[0] ?? 1;
  if (earliest < 29 || (!daysMustBothMatch(calendar) && dayOfWeek.values.length === 7)) return [];
  if (month.values.length === 1 && month.values[0] === 2) return [warn('The 29th of February comes in leap years only.')];
  const lengths = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  const without = month.values.filter((value) => value === 2 || (lengths[value - 1] ?? 31) < earliest);
  if (without.length === 0) return [];
  const leap = earliest === 29 ? ' February has it in leap years only.' : '';
  return [
    warn(
      `Months without a ${ordinal(earliest)} are left out (${without.join(', ')}).${leap} Cron has no "last day of the month".`,
    ),
  ];
}

function minuteWarnings({ minute, hour }: Calendar): Issue[] {
  if (minute.values.length < 60 || hour.values.length !== 1) return [];
  return [warn(`It runs 60 times: every minute of hour ${hour.values[0]}. Once would be \`0 ${hour.values[0]} ...\`.`)];
}
