import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type Host, RotaError, withLock } from '@rota/core';
import { type BackupRecord, listBackups } from './backup.ts';
import { placeOf } from './place.ts';

/** What an undo put back. */
export interface Undone {
  readonly madeAt: string;
  readonly restored: readonly string[];
  readonly removed: readonly string[];
}

/** The backup that `undo` would put back; `undefined` when nothing was applied yet. */
export function latestBackup(host: Pick<Host, 'files' | 'stateDir'>): BackupRecord | undefined {
  return listBackups(host, placeOf(host).backups)[0]?.record;
}

/**
 * Puts the files back that the last apply replaced, and takes those away that it made. The repository is not touched: for the next sync the old content is
 * an edit of this host like any other, and is published as one.
 *
 * @throws ROTA_DOTFILES_PATH when there is no backup; ROTA_LOCK_HELD
 */
export async function undoApply(host: Host, home: string): Promise<Undone> {
  const place = placeOf(host);
  return await withLock(host, place.lock, { purpose: 'undo the last apply' }, async () => {
    const [latest] = listBackups(host, place.backups);
    if (latest === undefined)
      throw new RotaError('ROTA_DOTFILES_PATH', 'No sync has changed a dotfile of this home, so there is nothing to undo.');
    const { folder, record } = latest;
    for (const { path, mode } of record.changed) {
      host.files.write(join(home, path), host.files.readBytes(join(folder, 'files', path)) ?? '', mode);
    }
    const removed = record.created.filter((path) => host.files.facts(join(home, path))?.kind === 'file');
    for (const path of removed) host.files.remove(join(home, path));
    await rm(folder, { recursive: true, force: true });
    return { madeAt: record.madeAt, restored: record.changed.map(({ path }) => path), removed };
  });
}
