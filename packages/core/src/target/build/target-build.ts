import type { TargetReason } from '../plan/target-plan.ts';
import type { BuildFailure } from './nix-build.ts';

/** How one target came out. */
export interface TargetBuild {
  readonly name: string;
  readonly system: string;
  /** `null` where the target has none for the system. */
  readonly attr: string | null;
  /**
   * `built`: another artifact than before. `unchanged`: the same one. `skipped`: a target that it is built from failed.
   * `unsupported`: it has no attribute for the system.
   */
  readonly status: 'built' | 'unchanged' | 'failed' | 'skipped' | 'unsupported';
  /** Store path; what was built before where nothing new was; `null` where there is none. */
  readonly artifact: string | null;
  /** What was recorded before. */
  readonly previous: string | null;
  readonly drvPath: string | null;
  /** The artifact is another one though no hint matched what changed: the hints of the target lack something. */
  readonly staleHint: boolean;
  readonly failure: BuildFailure | null;
  /** Absolute path. */
  readonly log: string | null;
  readonly durationMs: number;
  /** Why it was built, as the plan says. */
  readonly reasons: readonly TargetReason[];
}

/** How all targets of one build came out. */
export interface TargetBuilds {
  readonly formatVersion: 1;
  /** Full id of the commit that was built. */
  readonly revision: string;
  /** Sorted by name, then system. */
  readonly targets: readonly TargetBuild[];
  readonly warnings: readonly string[];
}
