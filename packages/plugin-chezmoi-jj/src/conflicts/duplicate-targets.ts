import { targetPath } from '../chezmoi/target-path.ts';

/**
 * Source paths that stand for the same dotfile or folder as another one. It comes about when two hosts change different attributes, which are part of
 * the name (`private_dot_x` and `executable_dot_x`). `folder` is where the source folder stands in the repository, with a slash, or empty.
 */
export function duplicateTargets(paths: readonly string[], folder: string): readonly string[] {
  const names = new Map<string, Set<string>>();
  const levels = new Map(
    paths.filter((path) => path.startsWith(folder)).map((path) => [path, levelsOf(path.slice(folder.length))]),
  );
  for (const { source, target } of [...levels.values()].flat()) names.set(target, (names.get(target) ?? new Set()).add(source));
  return [...levels].filter(([, own]) => own.some(({ target }) => (names.get(target)?.size ?? 0) > 1)).map(([path]) => path);
}

/** A path and the folders above it, each with what it stands for. */
function levelsOf(path: string): readonly { readonly source: string; readonly target: string }[] {
  const parts = path.split('/');
  const whole = targetPath(path)?.split('/');
  if (whole === undefined) return [];
  return parts.map((_, index) => ({ source: parts.slice(0, index + 1).join('/'), target: whole.slice(0, index + 1).join('/') }));
}
