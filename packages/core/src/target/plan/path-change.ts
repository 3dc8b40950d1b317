/** How a path of the repository differs between two revisions. Paths are relative to the root of the repository, with slashes. */
export type PathChange =
  | { readonly kind: 'added' | 'changed' | 'deleted'; readonly path: string }
  /** The same content under another name. */
  | { readonly kind: 'renamed'; readonly path: string; readonly from: string }
  /** A submodule whose commits are not here: what changed inside is not known. */
  | { readonly kind: 'submodule'; readonly path: string };
