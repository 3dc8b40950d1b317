import type { Calendar, CalendarField } from '../calendar.ts';
import { type FieldRule, fieldRules } from './fields.ts';

/**
 * The canonical text of a calendar. It keeps the meaning: the same values, and a field begins with `*` exactly when it
 * did before, so `parseCron(printCron(c))` equals `c`. A full field that did not begin with `*` stays a range (`1-31`).
 */
export function printCron(calendar: Calendar): string {
  return fieldRules.map((rule) => printField(calendar[rule.key], rule)).join(' ');
}

function printField({ values, star }: CalendarField, rule: FieldRule): string {
  const top = rule.key === 'dayOfWeek' ? 6 : rule.high;
  if (!star) return printList(values);
  if (values.length === top - rule.low + 1) return '*';
  const has = new Set(values);
  // A starred field always holds its lowest value, so a step as long as the field is found at the latest.
  let step = 2;
  while (step <= top && !covered(step)) step++;
  const rest = values.filter((value) => (value - rule.low) % step !== 0);
  return [`*/${step}`, ...(rest.length === 0 ? [] : [printList(rest)])].join(',');

  function covered(by: number): boolean {
    // cron steps the day of the week up to 7, which is Sunday again and always present here.
    for (let value = rule.low; value <= top; value += by) if (!has.has(value)) return false;
    return true;
  }
}

/** Single values, and ranges for runs of three or more, with a step where the whole set is one progression. */
function printList(values: readonly number[]): string {
  const [first = 0, second = first] = values;
  const last = values.at(-1) ?? first;
  const step = second - first;
  if (values.length > 2 && values.every((value, index) => value === first + index * step)) {
    return step === 1 ? `${first}-${last}` : `${first}-${last}/${step}`;
  }
  const parts: string[] = [];
  for (let i = 0; i < values.length; ) {
    let end = i;
    while ((values[end + 1] ?? Number.NaN) === (values[end] ?? 0) + 1) end++;
    const from = values[i] ?? 0;
    if (end - i >= 2) parts.push(`${from}-${values[end]}`);
    else for (let k = i; k <= end; k++) parts.push(String(values[k]));
    i = end + 1;
  }
  return parts.join(',');
}
