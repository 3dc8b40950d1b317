import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost } from '../host/create-host.ts';
import { type SyncOptions, type SyncResult, syncRepository } from './sync-repository.ts';

/** A real repository, a machine whose scheduler is a folder, and a Rota for it. */
export interface GitWorkplace {
  readonly root: string;
  readonly repo: string;
  readonly rota: Rota;
  write(path: string, content: string): void;
  remove(path: string): void;
  git(...args: readonly string[]): string;
  /** The same, with standard input. */
  gitWith(input: string, ...args: readonly string[]): string;
  /** Commits everything and answers the id. */
  commit(...options: readonly string[]): string;
  sync(options?: SyncOptions): Promise<SyncResult>;
  /** Names of the entries that stand in the scheduler. */
  installed(): readonly string[];
  dispose(): void;
}

export function gitWorkplace(namespace = 'default'): GitWorkplace {
  // In memory where there is such a folder: every file of the state is synced.
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-sync-'));
  const repo = join(root, 'repo');
  for (const name of ['repo', 'machine', 'home']) mkdirSync(join(root, name));
  const env = {
    ...process.env,
    HOME: join(root, 'home'),
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_AUTHOR_NAME: 'A',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'A',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  };
  const gitWith = (input: string, ...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: repo, env, encoding: 'utf8', stdio: 'pipe', input });
  const git = (...args: readonly string[]): string => gitWith('', ...args);
  git('init', '--quiet', '--initial-branch=main');
  const host = createHost({
    stateDir: join(root, 'state'),
    hostname: 'here',
    timezone: 'UTC',
    env,
    user: { name: 'a', uid: 1000, home: join(root, 'home') },
  });
  const rota = createRota({ host, backends: [folderBackend('folder', join(root, 'machine'))], namespace });
  return {
    root,
    repo,
    rota,
    git,
    gitWith,
    write(path, content) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), content);
    },
    remove: (path) => rmSync(join(repo, path), { recursive: true }),
    commit(...options) {
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '-m', 'A change', ...options);
      return git('rev-parse', 'HEAD').trim();
    },
    sync: (options = {}) => syncRepository(rota, { repo, ...options }),
    installed: () =>
      readdirSync(join(root, 'machine'))
        .filter((name) => name.endsWith('.entry'))
        .map((name) => name.slice(0, -'.entry'.length)),
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** A manifest with only what is needed. An event, because a schedule is proven at every plan. */
export function manifest(name: string, { tenant = 'acme', argument = '1', more = '' } = {}): string {
  return `apiVersion: v1\nkind: Job\nmetadata: {name: ${name}, tenant: ${tenant}}\nspec:\n  on: boot\n  command: /bin/echo\n  args: ['${argument}']\n${more}`;
}
