import { relative } from 'node:path';
import type { StatusLine } from '../../chezmoi/status-line.ts';
import type { ChangedPath } from '../../jj/changed-paths.ts';
import { targetOf } from '../home/target-of.ts';
import type { Session } from '../session/session.ts';
import { filesBelow, isFolder } from './files-below.ts';

/** Folders of this home that a revision wants to be files. */
export interface InTheWay {
  /** All that is in them is part of this host's revision: these files go with them. */
  readonly going: readonly string[];
  /** Folders that hold something else: chezmoi would remove them with everything in them. */
  readonly staying: readonly string[];
}

/** `lines`: what an apply would do. `before`: what differed from the revision of this home. */
export function foldersInTheWay(
  session: Session,
  lines: readonly StatusLine[],
  changed: readonly ChangedPath[],
  before: readonly StatusLine[],
): InTheWay {
  const { host, home } = session;
  const paths = changed.flatMap((change) => change.paths.map((path) => ({ ...change, target: targetOf(session, path) })));
  const files = new Set(paths.filter(({ status }) => status !== 'removed').map(({ target }) => target));
  const removed = new Set(paths.filter(({ status }) => status !== 'added').map(({ target }) => target));
  const edited = new Set(before.map(({ target }) => target));
  const folders = lines.filter(
    ({ apply, target }) =>
      apply === 'M' && files.has(relative(home, target)) && host.files.readLink(target) === undefined && isFolder(host, target),
  );
  const found = folders.map(({ target }) => ({ target, files: filesBelow(host, target) }));
  const isKnown = (file: string): boolean => removed.has(relative(home, file)) && !edited.has(file);
  return {
    going: found.filter((folder) => folder.files.every(isKnown)).flatMap((folder) => folder.files),
    staying: found.filter((folder) => !folder.files.every(isKnown)).map(({ target }) => target),
  };
}
