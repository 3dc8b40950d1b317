import { createHash } from 'node:crypto';
import { exactPath } from '../../jj/fileset.ts';
import { commitIds } from '../../jj/json-template.ts';
import { readPicture } from '../../jj/picture.ts';
import type { BlockedSecret, Drift } from '../../status/sync-status.ts';
import { writtenByChezmoi } from '../home/written-by-chezmoi.ts';
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
 * Takes edits of files that are new with `revision` and were edited before this home was known to look like it: a sync was cut off in between. The revision of this home (`tip`)
 * does not have them, so that no capture sees them. Each becomes an edit of the version that chezmoi wrote, a line of work of its own: whatever others made of it since is
 * merged, or is a conflict. The working copy is left there, and the journal says that it goes to `tip` next.
 */
export async function captureEarly(
  session: Session,
  enter: Enter,
  { revision, tip }: { readonly revision: string; readonly tip: string },
  files: readonly Candidate[],
): Promise<NotTaken> {
  const drift: Drift[] = [];
  const blocked: BlockedSecret[] = [];
  let at = revision;
  const written = files.length === 0 ? new Map<string, string>() : await writtenByChezmoi(session);
  for (const file of files) {
    const why = refusalOf(session, file) ?? (session.options.autoCommit ? undefined : 'not-captured');
    if (typeof why === 'string') drift.push({ path: file.path, reason: why });
    else if (why !== undefined) blocked.push(why);
    if (why !== undefined) continue;
    const base = await versionWritten(session, revision, file, written.get(file.target));
    if (base === undefined) continue;
    enter('settle', { from: at, to: base });
    await session.jj.must(['new', base], 'go to the version of a file that was written here', { snapshot: true });
    at = base;
    enter('capture');
    const taken = await takeIn(session, await readPicture(session.jj, session.names), [file], []);
    blocked.push(...taken.blocked);
    drift.push(...taken.missed.map(({ path }): Drift => ({ path, reason: 'not-captured' })));
    if (taken.changed.length === 0) continue;
    await keepEdits(session.jj, (await readPicture(session.jj, session.names)).at.commit, captureMessage(session, [file.path]));
    at = (await readPicture(session.jj, session.names)).at.commit;
  }
  if (at !== revision) enter('settle', { from: at, to: tip });
  return { drift, blocked };
}

/** The latest version that is what chezmoi wrote here; of one that is encrypted, or that a newer sync wrote, the first there was. */
async function versionWritten(
  { jj }: Session,
  revision: string,
  { source }: Candidate,
  written: string | undefined,
): Promise<string | undefined> {
  const versions = (
    await jj.lines(
      ['log', '--no-graph', '-r', `files(${exactPath(source)}) & ::${revision}`, '-T', commitIds],
      'find the versions of a file',
    )
  ).filter((commit) => typeof commit === 'string');
  for (const commit of versions) {
    const shown = await jj.run(['file', 'show', '-r', commit, '--', exactPath(source)], { encoding: 'latin1' });
    const hash = createHash('sha256').update(Buffer.from(shown.stdout, 'latin1')).digest('hex');
    if (shown.exitCode === 0 && hash === written) return commit;
  }
  return versions.at(-1);
}
