import { exactPath } from '../../jj/fileset.ts';
import { commitIds } from '../../jj/json-template.ts';
import { readPicture } from '../../jj/picture.ts';
import type { BlockedSecret, Drift } from '../../status/sync-status.ts';
import type { Enter, Session } from '../session/session.ts';
import { type Candidate, refusalOf, takeIn } from './capture.ts';
import { captureMessage } from './capture-message.ts';
import { keepEdits } from './settle-working-copy.ts';

/** Why some were not taken. */
export interface NotTaken {
  readonly drift: readonly Drift[];
  readonly blocked: readonly BlockedSecret[];
}

/**
 * Takes edits of files that are new with `revision` and were edited before this home was known to look like it: a sync was cut off in between. The revision of this home
 * does not have them, so that no capture sees them, and which later version chezmoi wrote is not known. Each becomes an edit of the first version there was, a line of
 * work of its own: whatever others made of it since is merged, or is a conflict. The working copy is left there.
 */
export async function captureEarly(
  session: Session,
  enter: Enter,
  revision: string,
  files: readonly Candidate[],
): Promise<NotTaken> {
  const { jj, names, options } = session;
  const refused = files.map((file) => [file, refusalOf(session, file)] as const);
  for (const [file, why] of refused) {
    if (why !== undefined || !options.autoCommit) continue;
    const versions = await jj.lines(
      ['log', '--no-graph', '-r', `files(${exactPath(file.source)}) & ::${revision}`, '-T', commitIds],
      'find the first version of a file',
    );
    const first = versions.at(-1);
    if (typeof first !== 'string') continue;
    enter('capture');
    await jj.must(['new', first], 'go to the first version of a file', { snapshot: true });
    const { changed } = await takeIn(session, await readPicture(jj, names), [file], []);
    if (changed.length > 0) await keepEdits(jj, (await readPicture(jj, names)).at.commit, captureMessage(session, [file.path]));
  }
  return {
    drift: refused.flatMap(([{ path }, why]) => (typeof why === 'string' ? [{ path, reason: why }] : [])),
    blocked: refused.flatMap(([, why]) => (typeof why === 'object' ? [why] : [])),
  };
}
