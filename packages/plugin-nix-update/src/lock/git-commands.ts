import { type Command, changes, reads } from '../machine/command.ts';

const git = (folder: string, ...args: readonly string[]): readonly string[] => ['-C', folder, ...args];

/** Two lines: the root of the checkout, and the folder below it (empty at the root). */
export const findRepository = (folder: string): Command =>
  reads('git', ...git(folder, 'rev-parse', '--show-toplevel', '--show-prefix'));

/** One line for each path that differs from the last commit. `--no-optional-locks`: a look does not write the index. */
export const listChanges = (folder: string, ...paths: readonly string[]): Command =>
  reads('git', '--no-optional-locks', ...git(folder, 'status', '--porcelain', '--untracked-files=no', '--', ...paths));

export const headCommit = (folder: string): Command => reads('git', ...git(folder, 'rev-parse', 'HEAD'));

/** One line for each branch; that of the checkout begins with `*`. The last two are where a fetch keeps what is pulled from, and what is pushed to. */
export const upstreamOf = (folder: string): Command =>
  reads(
    'git',
    ...git(
      folder,
      'for-each-ref',
      '--format=%(HEAD) %(upstream:remotename) %(upstream:remoteref) %(upstream):%(push)',
      'refs/heads',
    ),
  );

/** What the branch of the checkout is pulled from. */
export interface Upstream {
  readonly remote: string;
  readonly branch: string;
  /** Whether a plain `git push` goes there too: `push.default` may refuse it, and `pushRemote` name another repository. */
  readonly isPushedTo: boolean;
}

/** `null` without an upstream. */
export function parseUpstream(stdout: string): Upstream | null {
  const [, remote, branch, pulled, pushed] = /^\* (\S+) (\S+) (\S*):(\S*)$/m.exec(stdout) ?? [];
  if (remote === undefined || branch === undefined) return null;
  return { remote, branch, isPushedTo: pulled !== '' && pulled === pushed };
}

export const authorOf = (folder: string): Command => reads('git', ...git(folder, 'config', 'user.email'));

export const addWorktree = (repository: string, worktree: string, commit: string): Command =>
  changes('git', ...git(repository, 'worktree', 'add', '--quiet', '--force', '--detach', worktree, commit));

export const removeWorktree = (repository: string, worktree: string): Command =>
  changes('git', ...git(repository, 'worktree', 'remove', '--force', worktree));

export const pruneWorktrees = (repository: string): Command => changes('git', ...git(repository, 'worktree', 'prune'));

/** Only the lock, whatever else is staged. Hooks and signing are for people: at night nobody answers. */
export const commitLock = (folder: string, message: string, author: string | null): Command =>
  changes(
    'git',
    ...(author === null ? [] : ['-c', 'user.name=Rota', '-c', `user.email=${author}`]),
    ...git(folder, 'commit', '--quiet', '--no-verify', '--no-gpg-sign', '--only', '--message', message, '--', 'flake.lock'),
  );

export const fastForward = (repository: string, commit: string): Command =>
  changes('git', ...git(repository, 'merge', '--quiet', '--ff-only', commit));

/** Exit 0: the checkout can be moved to the commit without losing one of its own. */
export const isBefore = (repository: string, commit: string): Command =>
  reads('git', ...git(repository, 'merge-base', '--is-ancestor', 'HEAD', commit));

/** The file that stands while another git writes the index, seen from the checkout. */
export const indexLock = (repository: string): Command =>
  reads('git', ...git(repository, 'rev-parse', '--git-path', 'index.lock'));

/** The commit need not be that of the checkout. */
export const push = (repository: string, remote: string, commit: string, branch: string): Command =>
  changes('git', ...git(repository, 'push', '--quiet', remote, `${commit}:${branch}`));

/** Whether a push was refused because somebody else has pushed before. */
export function isOvertaken({ stderr }: { readonly stderr: string }): boolean {
  return /^ ! \[rejected\]/m.test(stderr);
}
