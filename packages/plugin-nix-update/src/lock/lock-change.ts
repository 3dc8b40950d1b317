/** How the lock file of a flake is being changed, as the journal holds it. */
export type LockChange =
  | {
      /** The checkout's own `flake.lock` is written; `before` puts it back. */
      readonly mode: 'in-place';
      readonly path: string;
      /** The bytes, base64. */
      readonly before: string;
      /** Digest of what the update wrote; `null` while that is not known. */
      readonly after: string | null;
    }
  | {
      /** The new lock is committed in a working copy of its own; the checkout is untouched until it is fast-forwarded. */
      readonly mode: 'committed';
      readonly repository: string;
      readonly worktree: string;
      /** `null` while there is none, also when the update changes nothing. */
      readonly commit: string | null;
      /** Of the committed lock. Absent in what an earlier version wrote. */
      readonly digest?: string | null;
    };
