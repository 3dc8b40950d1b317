import type { CivilDay } from './civil-day.ts';

/** A trigger as the simulator sees it: what its XML says, nothing of what made it. */
export interface ScheduledTrigger {
  /** Of the clock that StartBoundary names: seconds of wall time counted as if it were UTC. */
  readonly boundary: number;
  /** Seconds east of UTC of that clock; `undefined` is the machine's own, whatever it shows. */
  readonly fixedOffset: number | undefined;
  /** Seconds between repetitions; 0: none. */
  readonly interval: number;
  /** Seconds from the first start to the last; both ends are starts. */
  readonly span: number;
  /** On which days; `undefined`: once, on the day of the boundary. */
  readonly rule: ((day: CivilDay) => boolean) | undefined;
  /** Tells equal rules apart from others. */
  readonly ruleKey: string;
  /** ScheduleByDay: no question which day a start belongs to. */
  readonly everyDay: boolean;
  /** Microsoft documents for weekly and monthly triggers that a start in the hour that is skipped moves to the next time that exists; not for daily ones. */
  readonly gapIsDocumented: boolean;
}
