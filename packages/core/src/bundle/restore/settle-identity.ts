import { lstatSync, rmSync } from 'node:fs';
import { bytesOfName } from '../format/file-name.ts';
import type { BundleHead } from '../format/manifest.ts';
import { pathPattern } from '../spec/path-pattern.ts';
import { copyTree } from './copy-tree.ts';
import type { RootSwap } from './swap-roots.ts';

/**
 * Left-out identities of this host stay its own; what a person said is not to be restored is taken away. True when something was copied. To be
 * called while nothing runs that writes them.
 */
export function settleIdentity(
  /** What becomes of paths whose policy is `prompt`, by pattern. */
  said: Readonly<Record<string, 'preserve' | 'exclude'>>,
  { identity }: Pick<BundleHead, 'identity'>,
  swaps: readonly Pick<RootSwap, 'name' | 'fresh' | 'target'>[],
): boolean {
  const answers = Object.entries(said).map(([pattern, answer]) => ({ matches: pathPattern(pattern), answer }));
  let copied = false;
  for (const { name, policy } of identity) {
    const [, root, ...rest] = name.split('/');
    const swap = swaps.find((one) => one.name === root);
    if (swap === undefined || rest.length === 0) continue;
    const answer = policy === 'prompt' ? answers.find(({ matches }) => matches(name))?.answer : policy;
    if (answer !== 'exclude' || !isInFolders(swap.fresh, rest)) continue;
    const fresh = bytesOfName([swap.fresh, ...rest].join('/'));
    rmSync(fresh, { recursive: true, force: true });
    if (!isInFolders(swap.target, rest)) continue;
    copied = copyTree([swap.target, ...rest].join('/'), [swap.fresh, ...rest].join('/')) || copied;
  }
  return copied;
}

/** Whether all folders that lead there are folders. A capture follows no link, so no identity stands behind one. */
function isInFolders(base: string, parts: readonly string[]): boolean {
  return parts.every((_, at) =>
    lstatSync(bytesOfName([base, ...parts.slice(0, at)].join('/')), { throwIfNoEntry: false })?.isDirectory(),
  );
}
