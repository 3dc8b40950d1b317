import { relative } from 'node:path';
import { targetPath } from '../../chezmoi/target-path.ts';
import type { Session } from '../session/session.ts';

/** Where a path of the repository goes, below the home folder. */
export function targetOf({ tree, source }: Pick<Session, 'tree' | 'source'>, path: string): string | undefined {
  const folder = relative(tree, source);
  return targetPath(folder === '' ? path : relative(folder, path));
}
