import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { createHost, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { openContext } from '../open-context.ts';
import { readSettings } from '../settings/read-settings.ts';
import { keepLockChange, keepUnkeptLock } from './keep-lock-change.ts';
import { readUnkeptLock } from './unkept-lock.ts';

const both = [
  ['lock', 'first'],
  ['lock', 'first'],
];
const author = ['-c', 'user.name=Tester', '-c', 'user.email=tester@example.org'];

/** A checkout with an upstream, and a worktree of it in which a new lock is committed, as a run has them that is about to keep it. */
function checkout() {
  const folder = temporaryFolder();
  const repository = join(folder, 'conf');
  const upstream = join(folder, 'upstream.git');
  const git = (at: string, ...args: readonly string[]): string =>
    execFileSync('git', ['-C', at, ...author, ...args], { encoding: 'utf8', stdio: 'pipe' }).trim();
  const host = createHost({ stateDir: join(folder, 'state') });
  const open = openContext(readSettings({ flakePath: repository, hostCanCommitConfig: true }), 'manual', host);
  const { worktree, unkeptLock } = open.context.layout;
  git(folder, 'init', '-q', '--bare', '-b', 'main', upstream);
  git(folder, 'clone', '-q', upstream, repository);
  const commit = (at: string, message: string): string => {
    nodeFiles.write(join(at, message), message);
    git(at, 'add', '.');
    git(at, 'commit', '-q', '-m', message);
    return git(at, 'rev-parse', 'HEAD');
  };
  commit(repository, 'first');
  git(repository, 'branch', '-q', '-M', 'main');
  git(repository, 'push', '-q', '-u', 'origin', 'main');
  git(repository, 'worktree', 'add', '-q', '--detach', worktree, 'HEAD');
  const lock = commit(worktree, 'lock');
  const log = (at: string): readonly string[] => git(at, 'log', '--format=%s', 'main').split('\n');
  return {
    ...{ folder, repository, upstream, git, commit, lock, context: open.context, warnings: open.warnings },
    keep: async () => await keepLockChange(open.context, { mode: 'committed', repository, worktree, commit: lock }),
    logs: () => [log(repository), log(upstream)],
    isUnkept: () => readUnkeptLock(nodeFiles, unkeptLock) !== null,
  };
}

test('a lock is pushed, and the checkout moved to it', async () => {
  const { keep, lock, logs, isUnkept, warnings } = checkout();
  expect(await keep()).toBe(`committed as ${lock} and pushed`);
  expect([logs(), isUnkept(), warnings()]).toEqual([both, false, []]);
});

test('nothing is pushed that the checkout could not be moved to: a person has committed, or another git is at work', async () => {
  const person = checkout();
  person.commit(person.repository, 'person');
  await person.keep();
  expect(person.logs()).toEqual([['person', 'first'], ['first']]);
  expect(person.warnings()).toEqual([expect.stringContaining('Somebody has committed')]);

  const busy = checkout();
  const held = join(busy.repository, '.git/index.lock');
  nodeFiles.write(held, '');
  await busy.keep();
  expect(busy.logs()).toEqual([['first'], ['first']]);
  expect(busy.warnings()).toEqual([expect.stringContaining(held)]);
  nodeFiles.remove(held);
  expect(await keepUnkeptLock(busy.context)).toBe('HEAD');
  expect(busy.logs()).toEqual(both);
});

test('a push that does not go through leaves the checkout, the next run goes on from what is deployed, and pushes it once it can', async () => {
  const { keep, context, lock, git, folder, upstream, repository, logs, isUnkept, warnings } = checkout();
  const away = join(folder, 'away.git');
  execFileSync('mv', [upstream, away]);
  await keep();
  expect([git(repository, 'log', '--format=%s'), isUnkept()]).toEqual(['first', true]);
  expect(warnings()).toEqual([
    expect.stringMatching(/could not be pushed\. .* stays as it is; the next run tries again: git push/),
  ]);
  expect(await keepUnkeptLock(context)).toBe(lock);
  execFileSync('mv', [away, upstream]);
  expect(await keepUnkeptLock(context)).toBe('HEAD');
  expect([logs(), isUnkept()]).toEqual([both, false]);
});

test.each([
  ['has another name', ['branch', '-q', '-m', 'host-a'], false],
  [
    'has another name, and push.default says so',
    ['branch', '-q', '-m', 'host-a', ';', 'config', 'push.default', 'upstream'],
    true,
  ],
  ['is pushed to a fork', ['remote', 'add', 'fork', '/nowhere', ';', 'config', 'branch.main.pushRemote', 'fork'], false],
  ['is never pushed', ['config', 'push.default', 'nothing'], false],
])('a lock goes where a plain git push would, or nowhere: a branch that %s', async (_, setting, isPushed) => {
  const { keep, repository, upstream, git, warnings } = checkout();
  for (const args of setting.join(' ').split(' ; ')) git(repository, ...args.split(' '));
  const plain = git(repository, 'for-each-ref', '--format=%(push)', 'refs/heads') === 'refs/remotes/origin/main';
  expect(plain).toBe(isPushed);
  await keep();
  expect(git(repository, 'log', '--format=%s')).toBe('lock\nfirst');
  expect(git(upstream, 'log', '--format=%s', 'main')).toBe(isPushed ? 'lock\nfirst' : 'first');
  expect(warnings()).toEqual(isPushed ? [] : [expect.stringContaining('is not pushed')]);
});
