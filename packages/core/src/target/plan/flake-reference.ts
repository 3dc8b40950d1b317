/** A flake in a commit of a checkout. */
export interface FlakePlace {
  /** Absolute folder of the checkout. */
  readonly root: string;
  /** Full id of the commit. */
  readonly revision: string;
  /** Folder of the flake in the repository, `` for its root. */
  readonly dir: string;
  readonly isShallow: boolean;
  readonly hasSubmodules: boolean;
}

/** The flake as nix names it: the commit, whatever stands in the checkout. Nix manual, "Flake references". */
export function buildReference({ root, revision, dir, isShallow, hasSubmodules }: FlakePlace): string {
  const options = [
    `rev=${revision}`,
    ...(dir === '' ? [] : [`dir=${encodePath(dir)}`]),
    ...(isShallow ? ['shallow=1'] : []),
    ...(hasSubmodules ? ['submodules=1'] : []),
  ];
  return `git+file://${encodePath(root)}?${options.join('&')}`;
}

function encodePath(path: string): string {
  return path.split('/').map(encodeURIComponent).join('/');
}
