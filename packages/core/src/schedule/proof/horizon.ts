import { yearOf } from '../civil.ts';

/** The whole years, in UTC and both included, for which dated lines are made and schedules are proven. Stored with the artifact. */
export interface Horizon {
  readonly fromYear: number;
  readonly toYear: number;
}

/** How many years a new horizon has. Half of them used up makes it stale, so it is renewed every five years. */
export const HORIZON_YEARS = 10;

const lastYear = 2099;

/** The horizon of something made now: this year and the nine after it, within 2099. */
export function freshHorizon(nowSeconds: number): Horizon {
  const fromYear = yearOf(nowSeconds);
  return { fromYear, toYear: Math.min(fromYear + HORIZON_YEARS - 1, Math.max(lastYear, fromYear)) };
}

/** True when half of the horizon's years are used up, or when it has not begun: then it is renewed, as a planned update. */
export function horizonIsStale(horizon: Horizon, nowSeconds: number): boolean {
  const year = yearOf(nowSeconds);
  if (year < horizon.fromYear) return true;
  if (horizon.toYear >= lastYear) return year > horizon.toYear;
  return (year - horizon.fromYear) * 2 >= horizon.toYear - horizon.fromYear + 1;
}
