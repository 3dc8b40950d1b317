import type { Issue } from '../../errors/issue.ts';
import type { Job } from '../job.ts';

/** The jobs of a file, and everything that is wrong with it. */
export interface ParsedManifests {
  /** Only jobs without errors. */
  readonly jobs: readonly Job[];
  readonly issues: readonly Issue[];
}
