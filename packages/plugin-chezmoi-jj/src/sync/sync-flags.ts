/** What a single sync may leave out. */
export interface SyncFlags {
  /** Publish nothing. @default false */
  readonly noPush?: boolean;
  /** Change nothing in the home folder. @default false */
  readonly noApply?: boolean;
}
