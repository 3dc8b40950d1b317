import { rm, rmdir } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { type Host, RotaError, withLock } from '@rota/core';
import { type Place, placeFor, placeOf } from '../session/place.ts';
import type { Session } from '../session/session.ts';
import { withTree } from '../session/tree-lock.ts';
import { type BackupRecord, listBackups } from './backup.ts';
import { filesBelow, isFolder } from './files-below.ts';

/** What an undo put back. */
export interface Undone {
  readonly madeAt: string;
  readonly restored: readonly string[];
  readonly removed: readonly string[];
  /** The folder with what stood there before the undo; `null` when nothing did. */
  readonly kept: string | null;
}

/** The backup that `undo` would put back; `undefined` when nothing was applied yet. */
export function latestBackup({ host, place }: Pick<Session, 'host' | 'place'>): BackupRecord | undefined {
  return listBackups(host, place.backups)[0]?.record;
}

/**
 * Puts the files back that the last apply replaced, and takes those away that it made. The repository is not touched: for the next sync the old content is
 * an edit of this host like any other, and is published as one. What stands there now may have been edited since: it is kept.
 *
 * @throws ROTA_DOTFILES_PATH when there is no backup, or where a folder with files of its own is in the way; ROTA_LOCK_HELD
 */
export async function undoApply({ host, home, tree }: Pick<Session, 'host' | 'home' | 'tree'>): Promise<Undone> {
  const purpose = { purpose: 'undo the last apply' };
  return await withLock(
    host,
    placeOf(host).lock,
    purpose,
    async () => await withTree(host, tree, purpose, async () => await putBack(host, home, placeFor(host, tree))),
  );
}

async function putBack(host: Host, home: string, place: Place): Promise<Undone> {
  const [latest] = listBackups(host, place.backups);
  if (latest === undefined)
    throw new RotaError('ROTA_DOTFILES_PATH', 'No sync has changed a dotfile of this home, so there is nothing to undo.');
  const { folder, record } = latest;
  const isFile = (path: string): boolean => host.files.facts(join(home, path))?.kind === 'file';
  const { links = [] } = record;
  const removed = record.created.filter(isFile);
  const replaced = [...record.changed, ...links].map(({ path }) => path);
  for (const path of replaced) refuseForeignFiles(host, home, path, removed);
  const kept = keep(host, home, freshFolder(host, join(place.undone, record.madeAt.replaceAll(':', '-'))), [
    ...removed,
    ...replaced.filter(isFile),
  ]);
  // First, for a file may have become a folder, or a folder a file.
  for (const path of removed) host.files.remove(join(home, path));
  for (const path of removed) await removeEmptyFolders(home, dirname(path));
  for (const { path, mode } of record.changed)
    host.files.write(join(home, path), host.files.readBytes(join(folder, 'files', path)) ?? '', mode);
  for (const { path, to } of links) {
    await rm(join(home, path), { recursive: true, force: true });
    host.files.makeFolder(dirname(join(home, path)));
    host.files.link(to, join(home, path));
  }
  await rm(folder, { recursive: true, force: true });
  return { madeAt: record.madeAt, restored: replaced, removed, kept };
}

/** Where a file was and a folder is now, the folder goes with what the apply made in it, and with nothing else. */
function refuseForeignFiles(host: Host, home: string, path: string, removed: readonly string[]): void {
  const target = join(home, path);
  if (host.files.readLink(target) !== undefined || !isFolder(host, target)) return;
  const others = filesBelow(host, target)
    .map((file) => relative(home, file))
    .filter((file) => !removed.includes(file));
  if (others.length === 0) return;
  throw new RotaError('ROTA_DOTFILES_PATH', `${target} was a file, and is a folder now that holds ${others.join(', ')}.`, {
    suggestions: [`Move what is in ${target} elsewhere, then undo again.`],
  });
}

/** One of its own for an undo that is done again after it was cut off: what the first one has kept stood there before. */
function freshFolder({ files }: Pick<Host, 'files'>, folder: string, count = 1): string {
  const name = count === 1 ? folder : `${folder}-${count}`;
  return files.list(name).length === 0 ? name : freshFolder({ files }, folder, count + 1);
}

function keep(host: Host, home: string, folder: string, paths: readonly string[]): string | null {
  for (const path of paths) host.files.write(join(folder, path), host.files.readBytes(join(home, path)) ?? '');
  return paths.length === 0 ? null : folder;
}

/** Up to the home, as far as they are empty. */
async function removeEmptyFolders(home: string, folder: string): Promise<void> {
  for (let at = folder; at !== '.' && at !== ''; at = dirname(at)) {
    try {
      await rmdir(join(home, at));
    } catch {
      return; // not empty
    }
  }
}
