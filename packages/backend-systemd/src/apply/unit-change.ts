import type { BackendChange } from '@rota/core';

/** What becomes of the units of one job. */
export interface UnitChange {
  /** `rota.<namespace>.<tenant>.<job>`, without the unit type. */
  readonly name: string;
  readonly change: BackendChange;
}
