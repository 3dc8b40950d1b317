import { targetPath } from '../chezmoi/target-path.ts';

/**
 * Two names, files or folders, that are one where a file system does not tell upper from lower case, or the two ways to write an accent: in the repository, or as dotfiles. `folder` is
 * where the source folder stands in the repository, with a slash, or empty. `undefined` when there are none.
 */
export function caseClash(paths: readonly string[], folder: string): readonly [string, string] | undefined {
  const known = new Map<string, string>();
  for (const path of paths) {
    const target = path.startsWith(folder) ? targetPath(path.slice(folder.length)) : undefined;
    // A colon keeps the two kinds apart.
    const names = [...levelsOf(path).map((name) => ['source:', name]), ...levelsOf(target ?? '').map((name) => ['home:', name])];
    for (const [kind = '', name = ''] of names) {
      const folded = `${kind}${name.normalize('NFC').toLowerCase()}`;
      const other = known.get(folded) ?? name;
      if (other !== name) return [other, name];
      known.set(folded, name);
    }
  }
  return undefined;
}

/** A path and the folders above it. */
function levelsOf(path: string): readonly string[] {
  const parts = path.split('/');
  return path === '' ? [] : parts.map((_, index) => parts.slice(0, index + 1).join('/'));
}

/** Why a revision with two such names cannot be here. */
export function clashText([one, other]: readonly [string, string]): string {
  return `${one} and ${other} differ only in case, and the file system here holds only one of them.`;
}
