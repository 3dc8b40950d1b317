import type { Calendar, CalendarField } from '@rota/core';

/**
 * The five fields for the parser of Kubernetes (robfig/cron v3, `ParseStandard`). It takes no 7 for Sunday, and a day
 * field with a step is no star to it, which turns the AND of cron into an OR. So every field is `*` or its values, and the proof says whether the days agree.
 */
export function cronText({ minute, hour, dayOfMonth, month, dayOfWeek }: Calendar): string {
  const fields: readonly (readonly [CalendarField, number])[] = [
    [minute, 60],
    [hour, 24],
    [dayOfMonth, 31],
    [month, 12],
    [dayOfWeek, 7],
  ];
  return fields.map(([field, count]) => fieldText(field, count)).join(' ');
}

function fieldText({ values, star }: CalendarField, count: number): string {
  if (star && values.length === count) return '*';
  const parts: string[] = [];
  for (let index = 0; index < values.length; ) {
    let end = index;
    while (values[end + 1] === (values[end] ?? 0) + 1) end++;
    const [first = 0, last = 0] = [values[index], values[end]];
    parts.push(last - first > 1 ? `${first}-${last}` : last === first ? `${first}` : `${first},${last}`);
    index = end + 1;
  }
  return parts.join(',');
}
