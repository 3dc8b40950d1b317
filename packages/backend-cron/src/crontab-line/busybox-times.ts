import type { LineTimes } from './line-times.ts';

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

/** BusyBox gives up a field after this many steps of a range, and keeps what it has marked until then. */
const failsafe = 1024;

/**
 * The five time fields as BusyBox crond reads them. It has no rule about a leading star: a field is restricted when
 * it leaves a value out, two restricted day fields are OR, one restricted day field alone decides. Days of the month are counted from 0, so that `*` steps
 * over even days and `1-31` is restricted. A range may wrap around.
 */
export function busyboxTimes(fields: string): LineTimes | undefined {
  const words = fields.split(/[ \t]+/);
  if (words.length !== 5) return undefined;
  const [minuteText = '', hourText = '', domText = '', monthText = '', dowText = ''] = words;
  const minute = readField(minuteText, 60, 0, []);
  const hour = readField(hourText, 24, 0, []);
  const dom = readField(domText, 32, 0, []);
  const month = readField(monthText, 12, -1, monthNames);
  const dow = readField(dowText, 7, 0, dayNames);
  const weekUsed = dow.includes(false);
  const daysUsed = dom.includes(false);
  if (weekUsed && !daysUsed) dom.fill(false);
  if (daysUsed && !weekUsed) dow.fill(false);
  const minutes: number[] = [];
  for (let h = 0; h < 24; h++) for (let m = 0; m < 60; m++) if (hour[h] && minute[m]) minutes.push(h * 60 + m);
  return {
    minutes,
    wild: false,
    matches: (day) => month[day.month - 1] === true && (dom[day.dayOfMonth] === true || dow[day.dayOfWeek] === true),
  };
}

function readField(text: string, size: number, offset: number, names: readonly string[]): boolean[] {
  const marks = new Array<boolean>(size).fill(false);
  let rest = text;
  for (;;) {
    let first = -1;
    let last = -1;
    let step = 0;
    for (;;) {
      const digits = /^[0-9]+/.exec(rest)?.[0];
      const name = names.indexOf(rest.slice(0, 3).toLowerCase());
      if (rest.startsWith('*')) {
        first = 0;
        last = size - 1;
        rest = rest.slice(1);
      } else if (digits !== undefined || name >= 0) {
        const value = digits === undefined ? name : Number(digits) + offset;
        if (first < 0) first = value;
        else last = value;
        rest = rest.slice(digits?.length ?? 3);
      } else return marks;
      step = 1;
      if (!rest.startsWith('-') || last >= 0) break;
      rest = rest.slice(1);
    }
    if (last < 0) last = first;
    if (rest.startsWith('/')) {
      const by = /^\/([0-9]*)/.exec(rest);
      step = Number(by?.[1] ?? 0);
      rest = rest.slice(by?.[0].length ?? 1);
    }
    let left = failsafe;
    let wait = 1;
    let at = first - 1;
    do {
      at = (at + 1) % size;
      wait -= 1;
      if (wait === 0) {
        marks[at] = true;
        wait = step;
      }
      left -= 1;
      if (left === 0) return marks;
    } while (at !== last);
    if (!rest.startsWith(',')) return marks;
    rest = rest.slice(1);
  }
}
