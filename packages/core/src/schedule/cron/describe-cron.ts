import { type Calendar, type CalendarField, daysMustBothMatch } from '../calendar.ts';
import { describeTimes } from './describe-times.ts';
import { joinWords, ordinal } from './words.ts';

const weekdays = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const months = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** What a calendar means, in plain English: `at 02:30 on Monday to Friday`. Says "or" and "that is also" where the day rule does. */
export function describeCron(calendar: Calendar): string {
  const days = describeDays(calendar);
  const when = describeMonths(calendar.month);
  const times = describeTimes(calendar.minute.values, calendar.hour.values);
  if (days === '') {
    const daily = times.startsWith('at ') && !times.includes('every');
    return [times, when === '' ? (daily ? 'every day' : '') : `${daily ? 'every day ' : ''}${when}`]
      .filter((part) => part !== '')
      .join(' ');
  }
  return [times, days, when].filter((part) => part !== '').join(' ');
}

function describeDays(calendar: Calendar): string {
  const { dayOfMonth, dayOfWeek } = calendar;
  const everyDate = dayOfMonth.values.length === 31;
  const everyWeekday = dayOfWeek.values.length === 7;
  const dates = `on ${describeDates(dayOfMonth.values)} of the month`;
  const names = `on ${describeWeekdays(dayOfWeek.values)}`;
  if (daysMustBothMatch(calendar)) {
    if (everyDate && everyWeekday) return '';
    if (everyDate) return names;
    if (everyWeekday) return dates;
    return `${dates} when it is also ${describeWeekdays(dayOfWeek.values, 'or')}`;
  }
  if (everyDate || everyWeekday) return '';
  return `${dates}, and also ${names}`;
}

function describeDates(values: readonly number[]): string {
  const [first = 1, second = 1] = values;
  const step = second - first;
  if (values.length >= 5 && values.every((value, index) => value === first + index * step)) {
    if (step === 1) return `the ${ordinal(first)} to the ${ordinal(values.at(-1) ?? first)}`;
    if (step === 2 && (values.at(-1) ?? 0) >= 30) return first === 1 ? 'odd days' : first === 2 ? 'even days' : listed(values);
  }
  return listed(values);
}

function listed(values: readonly number[]): string {
  return `the ${joinWords(runs(values, ordinal, 'to the'))}`;
}

function describeWeekdays(values: readonly number[], conjunction = 'and'): string {
  // A week begins on Monday here, so that Saturday and Sunday stand together.
  const ordered = values.map((value) => (value + 6) % 7).sort((a, b) => a - b);
  const name = (value: number) => weekdays[(value + 1) % 7] ?? '';
  return joinWords(runs(ordered, name, 'to'), conjunction);
}

function describeMonths({ values }: CalendarField): string {
  if (values.length === 12) return '';
  return `in ${joinWords(runs(values, (value) => months[value - 1] ?? '', 'to'))}`;
}

/** Runs of three or more as "a to b". */
function runs(values: readonly number[], write: (value: number) => string, to: string): string[] {
  const parts: string[] = [];
  for (let i = 0; i < values.length; ) {
    let end = i;
    while (values[end + 1] === (values[end] ?? 0) + 1) end++;
    if (end - i >= 2) parts.push(`${write(values[i] ?? 0)} ${to} ${write(values[end] ?? 0)}`);
    else for (let k = i; k <= end; k++) parts.push(write(values[k] ?? 0));
    i = end + 1;
  }
  return parts;
}
