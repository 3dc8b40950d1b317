import { join } from 'node:path';
import type { Host } from '@rota/core';
import { targetPath } from '../../chezmoi/target-path.ts';
import type { Session } from '../session/session.ts';

type Reader = Pick<Host, 'files'>;

/** Files of the working tree that jj does not track, as paths below it. Repositories inside are left alone, as jj does. */
export function untrackedFiles({ files }: Reader, tree: string, tracked: readonly string[]): readonly string[] {
  const known = new Set(tracked);
  const below = (folder: string): readonly string[] =>
    files.list(join(tree, folder)).flatMap((name) => {
      if (name === '.git' || name === '.jj') return [];
      const path = folder === '' ? name : `${folder}/${name}`;
      if (known.has(path)) return [];
      const isLink = files.readLink(join(tree, path)) !== undefined;
      if (isLink || files.facts(join(tree, path))?.kind !== 'folder') return [path];
      const isRepository = ['.git', '.jj'].some((own) => files.facts(join(tree, path, own)) !== undefined);
      return isRepository ? [] : below(path);
    });
  return below('');
}

/** Which untracked files are to be taken: those that chezmoi manages and its own settings, all, or none. */
export async function filesToTrack(session: Session, untracked: readonly string[]): Promise<readonly string[]> {
  const { options, chezmoi, tree, source } = session;
  if (untracked.length === 0 || options.trackNewFiles === 'none') return [];
  if (options.trackNewFiles === 'all') return untracked;
  const folder = source === tree ? '' : `${source.slice(tree.length + 1)}/`;
  const isSetting = (path: string): boolean =>
    path === '.chezmoiroot' ||
    path
      .slice(folder.length)
      .split('/')
      .some((part) => part.startsWith('.chezmoi'));
  const candidates = untracked.filter((path) => path.startsWith(folder) && targetPath(path.slice(folder.length)) !== undefined);
  const scripts = untracked.filter((path) => /(^|\/)run_[^/]*$/.test(path));
  const managed =
    candidates.length + scripts.length === 0
      ? ''
      : await chezmoi.must(['managed', '--path-style=source-relative', '-0'], 'list its files');
  const names = new Set(managed.split('\0').map((name) => `${folder}${name}`));
  return untracked.filter((path) => isSetting(path) || names.has(path));
}
