import { relative } from 'node:path';
import { targetPath } from '../../chezmoi/target-path.ts';
import type { Session } from '../session/session.ts';

/**
 * The same for files that are tracked, whose names tell: chezmoi is asked of the others, and where two files stand for one dotfile.
 */
export async function trackedSourcesOf(
  session: Session,
  targets: readonly string[],
  tracked: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const { home, tree, source } = session;
  if (targets.length === 0) return new Map();
  const folder = source === tree ? '' : `${relative(tree, source)}/`;
  const byTarget = new Map<string, readonly string[]>();
  for (const path of tracked.filter((one) => one.startsWith(folder))) {
    const target = targetPath(path.slice(folder.length));
    if (target !== undefined) byTarget.set(target, [...(byTarget.get(target) ?? []), path]);
  }
  const known = targets.flatMap((target) => {
    const [only, another] = byTarget.get(relative(home, target)) ?? [];
    return only === undefined || another !== undefined ? [] : [[target, only] as const];
  });
  const found = new Map(known);
  return new Map([
    ...known,
    ...(await sourcesOf(
      session,
      targets.filter((target) => !found.has(target)),
    )),
  ]);
}

/** Where the given dotfiles stand in the working tree, by target. One that chezmoi does not know is left out. */
export async function sourcesOf(session: Session, targets: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const { chezmoi, tree, source, home } = session;
  if (targets.length === 0) return new Map();
  const result = await chezmoi.run(['source-path', '--', ...targets]);
  const paths = result.stdout.split('\n').filter((line) => line !== '');
  if (targets.length === 1) return new Map(paths.slice(0, 1).map((path) => [targets[0] ?? '', relative(tree, path)]));
  // chezmoi answers in an order of its own.
  const byTarget = new Map(paths.map((path) => [targetPath(relative(source, path)), relative(tree, path)]));
  const entries = await Promise.all(
    targets.map(async (target): Promise<readonly (readonly [string, string])[]> => {
      const found = byTarget.get(relative(home, target));
      return found === undefined ? [...(await sourcesOf(session, [target]))] : [[target, found]];
    }),
  );
  return new Map(entries.flat());
}
