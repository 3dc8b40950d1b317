import { type Picture, readPicture } from '../jj/picture.ts';
import { type Probe, readMerge } from '../sync/merge/probe-merge.ts';
import type { Session } from '../sync/session/session.ts';

/** The merge that waits for a person: the repository as it is, the lines that were merged, and what is in conflict. */
export interface WaitingMerge {
  readonly picture: Picture;
  readonly probe: Probe;
}

/** `undefined` when nothing is in conflict. */
export async function waitingMerge(session: Session): Promise<WaitingMerge | undefined> {
  const picture = await readPicture(session.jj, session.names);
  if (picture.conflict === undefined) return undefined;
  const probe = await readMerge(session, picture, picture.conflict);
  return probe === undefined ? undefined : { picture, probe };
}
