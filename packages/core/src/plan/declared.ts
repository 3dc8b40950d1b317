import type { Issue } from '../errors/issue.ts';
import type { Job, JobKey } from '../job/job.ts';
import type { MovedDeclaration } from './moved-change.ts';

/** What is declared, as planning needs it; a `Declaration` fits. */
export interface Declared {
  readonly namespace: string;
  readonly source: string;
  readonly jobs: readonly Job[];
  readonly excluded: readonly (JobKey & { readonly reason: string })[];
  readonly backend?: string;
  readonly policy?: {
    readonly backends: readonly string[];
    readonly exceptions: readonly { readonly job: string; readonly reason: string }[];
  };
  readonly removals?: { readonly maxShare: number };
  /** Jobs that got another name or tenant. */
  readonly moved?: readonly MovedDeclaration[];
  readonly hostname: string;
  readonly checkinUrl?: string;
  readonly warnings: readonly Issue[];
}
