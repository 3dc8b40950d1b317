import {
  type BigIntStats,
  chmodSync,
  constants,
  copyFileSync,
  lchownSync,
  lstatSync,
  lutimesSync,
  mkdirSync,
  readlinkSync,
  symlinkSync,
} from 'node:fs';
import { RotaError } from '../../errors/rota-error.ts';
import { walkTree } from '../capture/walk-tree.ts';
import { bytesOfName } from '../format/file-name.ts';
import { secondsOf } from './set-facts.ts';

/**
 * Copies what is there to a path that is free, with owners (as root), modes and times; links stay links. False when nothing is there. Sockets and
 * pipes are left out.
 *
 * @throws ROTA_BUNDLE_RESTORE for what cannot be read
 */
export function copyTree(from: string, to: string): boolean {
  const made: { readonly place: Buffer; readonly stats: BigIntStats }[] = [];
  if (lstatSync(bytesOfName(from), { throwIfNoEntry: false }) === undefined) return false;
  const onProblem = (path: string, reason: string): never => {
    throw new RotaError('ROTA_BUNDLE_RESTORE', `${path === '' ? from : `${from}/${path}`} ${reason}.`);
  };
  for (const { path, place, stats } of walkTree(from, { onProblem })) {
    const copy = bytesOfName(path === '' ? to : `${to}/${path}`);
    if (stats.isDirectory()) mkdirSync(copy, { mode: 0o700 });
    else if (stats.isFile()) copyFileSync(place, copy, constants.COPYFILE_EXCL | constants.COPYFILE_FICLONE);
    else if (stats.isSymbolicLink()) symlinkSync(readlinkSync(place, { encoding: 'buffer' }), copy);
    else continue;
    made.push({ place: copy, stats });
  }
  // What is in a folder first: its mode may forbid it, and its time would change.
  for (const { place, stats } of made.reverse()) setAsIs(place, stats);
  return made.length > 0;
}

/** Giving a file away takes bits of its mode. */
function setAsIs(place: Buffer, stats: BigIntStats): void {
  if (process.getuid?.() === 0) lchownSync(place, Number(stats.uid), Number(stats.gid));
  if (!stats.isSymbolicLink()) chmodSync(place, Number(stats.mode & 0o7777n));
  const seconds = secondsOf({ mtimeNs: String(stats.mtimeNs) });
  lutimesSync(place, seconds, seconds);
}
