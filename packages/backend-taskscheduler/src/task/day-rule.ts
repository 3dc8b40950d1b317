/** Which days a calendar trigger starts on: the four kinds that the task format has. Days of the week are 0 (Sunday) to 6, months 1 to 12. */
export type DayRule =
  | { readonly kind: 'daily' }
  | { readonly kind: 'weekly'; readonly weekdays: readonly number[] }
  | { readonly kind: 'monthly'; readonly days: readonly number[]; readonly months: readonly number[] }
  | {
      readonly kind: 'monthlyByWeekday';
      readonly weeks: readonly Week[];
      readonly weekdays: readonly number[];
      readonly months: readonly number[];
    };

/** The n-th such weekday of a month, or the last one. There is no fifth. */
export type Week = 1 | 2 | 3 | 4 | 'Last';

export const allWeeks: readonly Week[] = [1, 2, 3, 4, 'Last'];
export const allMonths: readonly number[] = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
export const allDays: readonly number[] = Array.from({ length: 31 }, (_, index) => index + 1);
