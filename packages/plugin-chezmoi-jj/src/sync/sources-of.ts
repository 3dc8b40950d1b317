import { relative } from 'node:path';
import { targetPath } from '../chezmoi/target-path.ts';
import type { Session } from './session.ts';

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
