import type { LineTimes } from './line-times.ts';

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'];

/**
 * The five time fields as Debian cron and cronie read them (crontab(5)), or undefined where they refuse the line.
 * Written from the daemons, not from our grammar: a reversed range is an empty one, and Debian drops what follows an element.
 */
export function vixieTimes(fields: string, dialect: 'debian' | 'cronie'): LineTimes | undefined {
  const words = fields.split(/[ \t]+/);
  if (words.length !== 5) return undefined;
  const [minuteText = '', hourText = '', domText = '', monthText = '', dowText = ''] = words;
  const strict = dialect === 'cronie';
  const minute = readField(minuteText, 0, 59, [], 0, strict);
  const hour = readField(hourText, 0, 23, [], 0, strict);
  const dom = readField(domText, 1, 31, [], 0, strict);
  const month = readField(monthText, 1, 12, monthNames, 1, strict);
  const dow = readField(dowText, 0, 7, dayNames, 0, strict);
  if (!minute || !hour || !dom || !month || !dow) return undefined;
  // 0 and 7 are one day.
  if (dow.has(0) || dow.has(7)) dow.add(0).add(7);
  const either = !domText.startsWith('*') && !dowText.startsWith('*');
  const minutes = [...hour].flatMap((h) => [...minute].map((m) => h * 60 + m)).sort((a, b) => a - b);
  return {
    minutes,
    wild: minuteText.startsWith('*') || hourText.startsWith('*'),
    matches: (day) =>
      month.has(day.month) &&
      (either ? dom.has(day.dayOfMonth) || dow.has(day.dayOfWeek) : dom.has(day.dayOfMonth) && dow.has(day.dayOfWeek)),
  };
}

function readField(
  text: string,
  low: number,
  high: number,
  names: readonly string[],
  firstName: number,
  strict: boolean,
): Set<number> | undefined {
  const values = new Set<number>();
  let rest = text;
  const number = (): number | undefined => {
    const word = /^[A-Za-z0-9]+/.exec(rest)?.[0];
    if (word === undefined) return undefined;
    rest = rest.slice(word.length);
    const named = names.indexOf(word.toLowerCase());
    if (named >= 0) return named + firstName;
    return /^[0-9]+$/.test(word) ? Number(word) : undefined;
  };
  for (;;) {
    let first: number | undefined = low;
    let last: number | undefined = high;
    let range = true;
    if (rest.startsWith('*')) rest = rest.slice(1);
    else {
      first = number();
      last = first;
      range = rest.startsWith('-');
      if (range) {
        rest = rest.slice(1);
        last = number();
      }
    }
    if (first === undefined || last === undefined) return undefined;
    let step = 1;
    if (rest.startsWith('/')) {
      if (!range) return undefined;
      rest = rest.slice(1);
      const by = /^[0-9]+/.exec(rest)?.[0];
      if (by === undefined || Number(by) < 1) return undefined;
      rest = rest.slice(by.length);
      step = Number(by);
    }
    if (first < low || first > high || last < low || last > high) return undefined;
    for (let value = first; value <= last; value += step) values.add(value);
    if (!rest.startsWith(',')) break;
    rest = rest.slice(1);
  }
  return rest !== '' && strict ? undefined : values;
}
