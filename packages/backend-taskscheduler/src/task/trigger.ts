import type { DayRule } from './day-rule.ts';

/** A start and further starts after it, in minutes of the schedule's own clock. `count` includes the first. */
export interface Progression {
  readonly start: number;
  readonly step: number;
  readonly count: number;
}

/** One trigger of a task. */
export type Trigger =
  /** On the days of `rule` at the minutes of the day of `times`, in the machine's zone or, with `utc`, in UTC. */
  | {
      readonly kind: 'calendar';
      readonly utc: boolean;
      readonly firstDay: string;
      readonly rule: DayRule;
      readonly times: Progression;
    }
  /** At fixed instants, in seconds since the epoch; `count` may be infinite. */
  | { readonly kind: 'time'; readonly at: number; readonly stepMinutes: number; readonly count: number }
  | { readonly kind: 'boot' }
  | { readonly kind: 'logon' };

/** The format takes no more (`triggersType`, maxOccurs). */
export const TRIGGER_LIMIT = 48;
