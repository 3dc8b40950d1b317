/** A bookmark as `json(ref)` prints it; `null` in `target` is the side of a conflict that deleted it. */
export interface BookmarkRef {
  readonly name: string;
  readonly remote?: string;
  readonly target: readonly (string | null)[];
  /** Of a remote bookmark that is tracked: where the local one stands. */
  readonly tracking_target?: readonly (string | null)[];
}

/** One commit of the template in `picture.ts`. */
export interface CommitLine {
  readonly commit: string;
  readonly parents: readonly string[];
  readonly conflict: boolean;
  readonly empty: boolean;
  readonly working: boolean;
  readonly local: readonly BookmarkRef[];
  readonly remote: readonly BookmarkRef[];
  /** `null` where nobody asks. */
  readonly files: readonly string[] | null;
  readonly head: boolean;
  readonly foreign: boolean;
  /** Paths that an unpublished commit changed or added; `null` for the others. */
  readonly unpublished: readonly string[] | null;
  readonly conflicted: readonly string[];
}

export function isCommitLine(value: unknown): value is CommitLine {
  return typeof value === 'object' && value !== null && 'commit' in value && 'working' in value && 'local' in value;
}
