import type { Installed } from '../backend/backend.ts';
import { printJobKey } from '../job/job-key.ts';
import { canonicalJson, digestOf } from '../state/digest.ts';

/** Digest of what stands on the machine, by which an apply knows that a plan is stale. Pure. */
export function installedDigest(installed: readonly Installed[]): string {
  return digestOf(canonicalJson([...installed].sort((a, b) => (printJobKey(a) < printJobKey(b) ? -1 : 1))));
}
