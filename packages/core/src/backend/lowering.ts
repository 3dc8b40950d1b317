import type { Feature, FeatureDecision } from './feature.ts';

/** Who does what for one job on one backend. */
export interface Lowering {
  /** Only the features that the job uses. */
  readonly features: Partial<Readonly<Record<Feature, FeatureDecision>>>;
  /** True when the native entry starts the runner instead of the job. */
  readonly runner: boolean;
  /** True when native fire times are a superset and the runner filters them. */
  readonly gated: boolean;
  /** One sentence for each refused feature, with what would work. Not empty: the job cannot be had on this backend. */
  readonly refusals: readonly string[];
}
