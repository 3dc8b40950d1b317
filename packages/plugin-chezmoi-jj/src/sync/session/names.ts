/** The bookmarks of this host. */
export interface Names {
  /** The shared branch: only clean, merged revisions. */
  readonly main: string;
  /** `host/<slug>-<8 hex>`: what this home looks like. */
  readonly tip: string;
}
