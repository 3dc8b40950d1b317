import { digestOf } from '@rota/core';
import { exactName } from '../../jj/fileset.ts';
import { jsonLine } from '../../jj/json-template.ts';
import { pendingPrefix } from '../../jj/picture.ts';
import type { Session } from '../session/session.ts';

/** The message of edits that somebody has made in the source folder. */
export const sourceEdits = 'sync: edits of the source folder';

const template = jsonLine({ commit: 'json(commit_id)', isDescribed: 'if(description, "true", "false")' });

/** Moves the working copy to a revision; what stood in it since the last look is kept. @throws ROTA_DOTFILES_FAILED */
export async function goTo({ jj }: Pick<Session, 'jj'>, revision: string, what: string): Promise<void> {
  await jj.must(['new', revision], what, { snapshot: true });
  await keepWhatWasLeft({ jj });
}

/**
 * After a move of the working copy: an edit of the source folder, or a commit made by hand, that came after the last look would be left without a bookmark, and is given one. The
 * operation before the move knows it.
 */
export async function keepWhatWasLeft({ jj }: Pick<Session, 'jj'>): Promise<void> {
  const held = '::(bookmarks() | remote_bookmarks())';
  const known = `${held} | description(substring:"Merge: sync-merge-") | root()`;
  const left = await jj.lines(
    ['--at-op', '@-', 'log', '--no-graph', '-r', `heads((@ ~ empty() ~ ${held}) | (@- ~ (${known})))`, '-T', template],
    'look for edits that came meanwhile',
  );
  for (const { commit, isDescribed } of left.filter(isLeft)) {
    const name = `${pendingPrefix}${digestOf(commit).slice(0, 8)}`;
    await jj.must(['bookmark', 'set', name, '-r', commit], 'keep edits');
    if (!isDescribed) await jj.must(['describe', '-r', `bookmarks(${exactName(name)})`, '-m', sourceEdits], 'describe edits');
  }
}

function isLeft(value: unknown): value is { readonly commit: string; readonly isDescribed: boolean } {
  return typeof value === 'object' && value !== null && 'commit' in value && 'isDescribed' in value;
}
