import type { FlatJob, JobManifest } from './job-input.ts';
import { withDefinedPlace } from './read/defined-place.ts';

/**
 * Declares a job in TypeScript: the fields of a manifest side by side, or the manifest's own shape. Checks types only; values are checked
 * when the declaration is loaded, all at once, and problems name the place of this call.
 *
 * @example
 * defineJob({ name: 'daily-backup', tenant: 'acme-corp', schedule: '0 2 * * *', command: '/opt/scripts/backup.sh' })
 */
export function defineJob<Kind extends 'Job' | undefined = undefined>(
  job: { readonly kind?: Kind } & (Kind extends 'Job' ? JobManifest : FlatJob),
): Kind extends 'Job' ? JobManifest : FlatJob {
  // One parameter for the kind alone: overloads make long messages, and a parameter for the whole job would let misspelt fields pass.
  return withDefinedPlace(job, defineJob);
}
