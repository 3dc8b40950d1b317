import type { Host } from '@rota/core';
import { forgetKnown } from './identity.ts';
import { removeJournal } from './journal.ts';
import { removeMixed } from './mixed-home.ts';
import { type Place, placeOf } from './place.ts';

/**
 * Where the syncs of a home keep what they know in a place that is not this user's own, or did and it is gone, what the own one knows is old: taken for the truth it would put the bookmark of
 * this host back, and bring edits back that others have taken back since. The names stay.
 */
export function forgetOutdated(host: Host, kept: Place | undefined): void {
  const own = placeOf(host);
  if (kept === undefined || kept.folder === own.folder || isSame(host, kept.identity, own.identity)) return;
  forgetKnown(host, own);
  removeMixed({ host, place: own });
  removeJournal(host, own);
}

/** One file, under two paths that may lead there: a link, or a second mount. */
function isSame({ files }: Pick<Host, 'files'>, path: string, other: string): boolean {
  const [one, two] = [files.facts(path), files.facts(other)];
  return one !== undefined && two !== undefined && one.inode === two.inode && one.device === two.device;
}
