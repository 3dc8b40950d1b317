import type { JobKey } from './job-key.ts';

/** One installed job, as a generation keeps it. The type arguments belong to higher floors; here it is data that is kept. */
export interface GenerationEntry<J = unknown, A = unknown> extends JobKey {
  readonly backend: string;
  readonly dialect: { readonly name: string; readonly version?: number };
  readonly job: J;
  /** `null` for a job that no scheduler holds (`on: apply`). */
  readonly artifact: A | null;
  /** Name of the launch file, when the runner starts the job. */
  readonly launchFile: string | null;
  readonly fidelity: 'exact' | 'gated' | null;
  readonly features: Readonly<Record<string, 'native' | 'runner' | 'refused'>>;
  /** Whole years that dated lines and the proof cover; `null` for events. */
  readonly horizon: { readonly fromYear: number; readonly toYear: number } | null;
  /** Digest of the zone files that the translation was made with; `null` for events. */
  readonly zoneDigest: string | null;
}

/** A foreign entry that was switched off because a job took its place. */
export interface AdoptedEntry<O = unknown> {
  readonly job: JobKey;
  readonly original: O;
}

/** The numbered, immutable record of one apply. */
export interface Generation<J = unknown, A = unknown> {
  readonly formatVersion: 1;
  readonly number: number;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly createdAt: string;
  readonly cause: 'apply' | 'rollback' | 'destroy';
  /** The generation that a rollback went back to. */
  readonly restored?: number;
  readonly source: string;
  readonly backend: string;
  readonly entries: readonly GenerationEntry<J, A>[];
  /** Every foreign entry that is off because of an adoption, also of jobs that are gone since. Absent: none. */
  readonly adopted?: readonly AdoptedEntry[];
}
