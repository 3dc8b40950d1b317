import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { PlannedEntry } from '../plan/plan.ts';

export interface RunByHandInput {
  readonly host: Host;
  readonly backend: Backend;
  readonly namespace: string;
  readonly entry: PlannedEntry;
  /** Wait for the end, and before the start for a run that it has to follow. */
  readonly wait: boolean;
  readonly signal: AbortSignal | undefined;
}
