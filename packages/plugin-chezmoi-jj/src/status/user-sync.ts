import type { SyncStatus } from './sync-status.ts';

/** How the sync of one user went. */
export interface UserSync {
  readonly user: string;
  readonly exitCode: number | null;
  /** What there is to say of it: for a person, or what went wrong. */
  readonly output: string;
  /** `null` when it stopped. */
  readonly status: SyncStatus | null;
}
