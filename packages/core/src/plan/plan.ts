import type { Artifact, Dialect, Drift, Finding } from '../backend/backend.ts';
import type { Feature, FeatureDecision } from '../backend/feature.ts';
import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import type { Job, JobKey } from '../job/job.ts';
import type { Horizon } from '../schedule/proof/horizon.ts';
import type { Fidelity } from '../schedule/proof/prove-schedule.ts';
import type { GenerationEntry } from '../state/generation.ts';

/**
 * What is done about one job. `replace`: an update that changes what makes the job due, from a schedule to an event or the like.
 * `move`: to another backend or name, with its history. `adopt`: it takes the place of a foreign entry. `none`: it stays as it
 * is.
 */
export type PlanAction = 'create' | 'update' | 'replace' | 'delete' | 'move' | 'adopt' | 'none';

/** An entry of a generation with the types that planning knows. */
export type PlannedEntry = GenerationEntry<Job, Artifact>;

/** One step between what is installed and what is declared. */
export interface Change extends JobKey {
  readonly action: PlanAction;
  readonly backend: string;
  /** Where a moved job is now. */
  readonly fromBackend?: string;
  /** The `tenant/name` that a moved job has now. */
  readonly from?: string;
  /** The foreign entry whose place the job takes, in the same step. */
  readonly adopts?: AdoptedOriginal;
  readonly fidelity: Fidelity | null;
  readonly features: Partial<Readonly<Record<Feature, FeatureDecision>>>;
  /** Why, in the words of the plan: `declared`, `declaration changed`, `horizon`, `zone data`, `no longer declared`, `excluded: ...`. */
  readonly reasons: readonly string[];
  /** How the installed entry differs from what was installed. Repaired only when asked. */
  readonly drift?: readonly Drift[];
  /** For a gated job: how often the gate is asked. */
  readonly gate?: { readonly startsPerFire: number; readonly startsPerDay: number };
  readonly before: Artifact | null;
  readonly after: Artifact | null;
  /** Of the declaration, field by field, for the readable diff. Values are JSON. */
  readonly differences: readonly { readonly path: string; readonly before?: unknown; readonly after?: unknown }[];
}

/** A declared job that this host does not take. */
export interface NotForThisHost extends JobKey {
  readonly reason: string;
}

/** The difference between declared and installed, with all that is needed to make it so. JSON-safe: `plan --out` writes it whole. */
export interface Plan {
  readonly formatVersion: 1;
  readonly namespace: string;
  readonly source: string;
  /** The namespace's backend; single jobs may ask for another. */
  readonly backend: string;
  readonly dialects: Readonly<Record<string, Dialect>>;
  /** What the plan was made against; an apply refuses when it is no longer so. */
  readonly base: { readonly generation: number | null; readonly digest: string };
  readonly changes: readonly Change[];
  readonly notForThisHost: readonly NotForThisHost[];
  /** What a person should know; outside the plan's digest and exit code. */
  readonly warnings: readonly Finding[];
  readonly summary: {
    readonly create: number;
    readonly update: number;
    readonly replace: number;
    readonly delete: number;
    readonly move: number;
    readonly adopt: number;
    readonly unchanged: number;
    readonly drifted: number;
  };
  /** What the next generation will hold. */
  readonly entries: readonly PlannedEntry[];
  /** Launch files by name, only those that are not written yet. */
  readonly launchFiles: Readonly<Record<string, string>>;
  /** Largest share of installed jobs that an apply may delete without `allowRemovals`, 0 to 1. */
  readonly removalShare: number;
  readonly horizonNow: Horizon;
}
