import { type Calendar, daysMustBothMatch } from '../calendar.ts';

/** The longest that each month can be; February in a leap year. */
const longestMonth = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/**
 * Why a calendar can never fire, or undefined when it does. Decided from the fields alone: with OR a weekday always comes,
 * and with AND every date that exists falls on every weekday within 28 years (40 over the year 2100).
 */
export function neverFiresReason(calendar: Calendar): string | undefined {
  const { dayOfMonth, month } = calendar;
  if (!daysMustBothMatch(calendar)) return undefined;
  const earliest = Math.min(...dayOfMonth.values);
  if (month.values.some((value) => earliest <= (longestMonth[value - 1] ?? 0))) return undefined;
  const days = dayOfMonth.values.length === 1 ? `day ${earliest}` : `days ${dayOfMonth.values.join(', ')}`;
  const months = month.values.length === 1 ? `month ${month.values[0]} has` : `months ${month.values.join(', ')} have`;
  return `${months} no ${days}.`;
}
