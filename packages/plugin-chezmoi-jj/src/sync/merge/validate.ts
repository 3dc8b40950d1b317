import { join } from 'node:path';
import { isRotaError } from '@rota/core';
import type { StatusLine } from '../../chezmoi/status-line.ts';
import { caseClash, clashText } from '../../conflicts/case-clash.ts';
import { type ChangedPath, changedPaths } from '../../jj/changed-paths.ts';
import { readPicture } from '../../jj/picture.ts';
import { goTo, keepWhatWasLeft } from '../capture/go-to.ts';
import { foldsCase } from '../home/folds-case.ts';
import { readHome } from '../home/read-home.ts';
import type { Enter, Session } from '../session/session.ts';
import { holdsMarkers } from './conflict-markers.ts';

/** Whether a revision may reach this home. */
export type Validated =
  | {
      readonly ok: true;
      /** What `apply` would do. */
      readonly lines: readonly StatusLine[];
      /** How it differs from the revision of this home. */
      readonly changed: readonly ChangedPath[];
    }
  | { readonly ok: false; readonly reason: string };

/**
 * VALIDATE: moves the working copy to the revision and looks at it before anybody else does: no conflict, no marker in a changed file, every template
 * can be read. If not, the working copy goes back to where this home is.
 */
export async function validate(session: Session, enter: Enter, tip: string, commit: string): Promise<Validated> {
  const { jj, names } = session;
  const clash = await clashOf(session, commit);
  if (clash !== undefined) return { ok: false, reason: clash };
  enter('validate', { from: tip, to: commit });
  const moved = await jj.run(['new', commit], { snapshot: true });
  const [changed] =
    moved.exitCode === 0
      ? await Promise.all([changedPaths(jj, ['--from', tip, '--to', commit]), keepWhatWasLeft(session)])
      : [[]];
  const reason = moved.exitCode === 0 ? problemOf(session, changed, moved.stderr) : moved.stderr.trim();
  if (reason === undefined) {
    try {
      return { ok: true, lines: await readHome(session), changed };
    } catch (error) {
      if (!isRotaError(error) || error.code !== 'ROTA_DOTFILES_FAILED') throw error;
      await goBack(session, tip);
      return { ok: false, reason: error.message };
    }
  }
  await goBack(session, tip);
  if ((await readPicture(jj, names)).at.conflict) throw new TypeError('the working copy did not leave a conflict');
  return { ok: false, reason };
}

/** Before the revision is checked out: of two files that are one here, the one would be written over the other, and taken for deleted. */
async function clashOf(session: Session, commit: string): Promise<string | undefined> {
  if (!foldsCase(session)) return undefined;
  const { jj, tree, source } = session;
  const files = await jj.lines(['file', 'list', '-r', commit, '-T', 'json(path) ++ "\\n"'], 'list the files of a revision');
  const folder = source === tree ? '' : `${source.slice(tree.length + 1)}/`;
  const clash = caseClash(
    files.filter((path) => typeof path === 'string'),
    folder,
  );
  return clash === undefined ? undefined : clashText(clash);
}

/** Back to the revision that this home looks like. */
export async function goBack(session: Session, tip: string): Promise<void> {
  await goTo(session, tip, 'go back to the revision of this host');
}

function problemOf({ tree, host }: Session, changed: readonly ChangedPath[], said: string): string | undefined {
  if (/updates were skipped/.test(said))
    return 'Files that are not tracked are in the way of files of the same name that another host publishes.';
  // A file that was removed may have left its name to a folder.
  const isMarked = (path: string): boolean =>
    host.files.facts(path)?.kind === 'file' && holdsMarkers(host.files.readText(path) ?? '');
  const marked = changed.flatMap(({ paths }) => paths).find((path) => isMarked(join(tree, path)));
  return marked === undefined ? undefined : `${marked} holds conflict markers that somebody has committed.`;
}
