import { createHash } from 'node:crypto';

/** What a lock file is known by, in the memory of bad revisions and between hosts. */
export function lockDigest(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex');
}
