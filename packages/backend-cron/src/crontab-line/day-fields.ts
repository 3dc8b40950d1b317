import type { CronDialect } from '../dialect.ts';
import { type CivilDay, civilDay } from './civil-day.ts';
import { listText, setText, starredText } from './field-text.ts';

/** The three day fields of a line: day of month, month, day of week; and whether a day matches them. */
export interface DayFields {
  readonly text: string;
  readonly matches: (day: CivilDay) => boolean;
}

/** The fewest days that one line can name so that all the given ones (day numbers since 1970) are among them. */
export function coveringDayFields(
  days: readonly number[],
  dialect: CronDialect,
  span: { readonly first: number; readonly last: number },
): DayFields {
  const dom = new Set<number>();
  const month = new Set<number>();
  const dow = new Set<number>();
  for (const number of days) {
    const day = civilDay(number);
    dom.add(day.dayOfMonth);
    month.add(day.month);
    dow.add(day.dayOfWeek);
  }
  const months = setText([...month], 1, 12);
  const ofMonth = setText([...dom], 1, 31);
  const ofWeek = setText([...dow], 0, 6);
  const candidates: DayFields[] = [
    { text: `${ofMonth} ${months} *`, matches: (day) => month.has(day.month) && dom.has(day.dayOfMonth) },
    { text: `* ${months} ${ofWeek}`, matches: (day) => month.has(day.month) && dow.has(day.dayOfWeek) },
  ];
  // BusyBox has no AND.
  if (dialect !== 'busybox' && ofMonth !== '*' && ofWeek !== '*') {
    candidates.push(
      {
        text: `${starredText([...dom], 1, 31)} ${months} ${ofWeek}`,
        matches: (day) => month.has(day.month) && (day.dayOfMonth === 1 || dom.has(day.dayOfMonth)) && dow.has(day.dayOfWeek),
      },
      {
        text: `${ofMonth} ${months} ${starredWeek([...dow])}`,
        matches: (day) => month.has(day.month) && dom.has(day.dayOfMonth) && (day.dayOfWeek === 0 || dow.has(day.dayOfWeek)),
      },
    );
  }
  return cheapest(candidates, span);
}

/** The candidate that matches the fewest days of a span; the first of equal ones. */
export function cheapest(candidates: readonly DayFields[], span: { readonly first: number; readonly last: number }): DayFields {
  let best = candidates[0] as DayFields;
  let least = Number.POSITIVE_INFINITY;
  for (const candidate of candidates) {
    const count = countDays(candidate, span, least);
    if (count >= least) continue;
    best = candidate;
    least = count;
  }
  return best;
}

export function countDays(fields: DayFields, span: { readonly first: number; readonly last: number }, limit: number): number {
  let count = 0;
  for (let day = span.first; day <= span.last && count < limit; day++) if (fields.matches(civilDay(day))) count++;
  return count;
}

/** Both daemons count the days of the week up to 7, so a step of 7 is 0 and 7: Sunday. */
function starredWeek(values: readonly number[]): string {
  const rest = values.filter((value) => value !== 0);
  return rest.length === 0 ? '*/7' : `*/7,${listText(rest)}`;
}
