import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createHost, type Host } from '@rota/core';
import { exec, output } from '@rota/test-support';
import * as v from 'valibot';
import { type DotfileOptions, type DotfileOptionsInput, dotfileOptions } from '../options.ts';
import type { SyncStatus } from '../status/sync-status.ts';
import { syncDotfiles } from '../sync/sync-dotfiles.ts';
import type { SyncFlags } from '../sync/sync-flags.ts';

/** One home with chezmoi and jj, and a remote that it may or may not reach. */
export interface TestHost {
  readonly name: string;
  readonly host: Host;
  readonly home: string;
  /** The chezmoi folder. */
  readonly tree: string;
  readonly options: DotfileOptions;
  /** Paths are below the home folder. */
  write(path: string, text: string, mode?: number): void;
  read(path: string): string | undefined;
  mode(path: string): number;
  remove(path: string): void;
  sync(flags?: SyncFlags): Promise<SyncStatus>;
  chezmoi(...args: readonly string[]): Promise<string>;
  jj(...args: readonly string[]): Promise<string>;
  git(...args: readonly string[]): Promise<string>;
  /** Whether the remote is there. */
  reach(isReachable: boolean): void;
  /** The environment variables that say so. */
  network(): Readonly<Record<string, string>>;
}

/** A Git remote and the hosts that share it. */
export interface World {
  readonly root: string;
  /** A bare repository. */
  readonly origin: string;
  host(name: string, options?: Partial<DotfileOptionsInput>): TestHost;
  /** Moves the clock of all hosts on. */
  later(ms: number): void;
  /** What a bookmark of the remote holds, by path; `undefined` when there is no such bookmark. */
  published(branch?: string): Promise<Readonly<Record<string, string>> | undefined>;
}

/** Everything below one new folder. */
export async function makeWorld(root: string): Promise<World> {
  mkdirSync(root, { recursive: true });
  const origin = join(root, 'origin.git');
  const env = environment(root, root);
  // A fetch and a push each start git once more to ask whether garbage has to be collected.
  writeFileSync(join(root, 'gitconfig'), '[gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n[receive]\n\tautogc = false\n');
  await output('git', ['init', '-q', '--bare', '-b', 'main', origin], { env });
  await output('git', ['--git-dir', origin, 'config', 'core.logAllRefUpdates', 'always'], { env });
  let aheadMs = 0;
  const now = (): number => Date.now() + aheadMs;
  return {
    root,
    origin,
    host: (name, options = {}) => makeHost({ root, origin, now }, name, options),
    later: (ms) => {
      aheadMs += ms;
    },
    published: async (branch = 'main') => {
      const tree = await exec('git', ['--git-dir', origin, 'ls-tree', '-r', '--name-only', '-z', `refs/heads/${branch}`], {
        env,
      });
      if (tree.exitCode !== 0) return undefined;
      const names = tree.stdout.split('\0').filter((name) => name !== '');
      const texts = names.map(
        async (name) =>
          [name, await output('git', ['--git-dir', origin, 'show', `refs/heads/${branch}:${name}`], { env })] as const,
      );
      return Object.fromEntries(await Promise.all(texts));
    },
  };
}

/** The environment of a home: nothing of the person who runs the tests. */
export function environment(home: string, root: string): Readonly<Record<string, string>> {
  return {
    HOME: home,
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    USER: 'ada',
    LC_ALL: 'C.UTF-8',
    GIT_CONFIG_GLOBAL: join(root, 'gitconfig'),
    GIT_CONFIG_SYSTEM: '/dev/null',
    XDG_STATE_HOME: join(home, '.local/state'),
    TMPDIR: root,
    // chezmoi ends before it pays to collect garbage: a quarter of its time.
    GOGC: 'off',
    // Else jj starts tput to ask for it.
    COLUMNS: '80',
  };
}

interface Around {
  readonly root: string;
  readonly origin: string;
  readonly now: () => number;
}

function makeHost({ root, origin, now }: Around, name: string, given: Partial<DotfileOptionsInput>): TestHost {
  const home = join(root, name);
  mkdirSync(home, { recursive: true });
  const env: Record<string, string> = { ...environment(home, root) };
  const host = createHost({ env, now, hostname: name, user: { name: 'ada', uid: process.getuid?.() ?? 0, home } });
  const options = v.parse(dotfileOptions, { enable: true, repoUrl: origin, ...given });
  const tree = join(home, '.local/share/chezmoi');
  const at = (path: string): string => join(home, path);
  const config = at('.config/chezmoi/chezmoi.toml');
  if (!existsSync(config)) {
    mkdirSync(dirname(config), { recursive: true });
    // Its own search for secrets makes chezmoi's `add` and `re-add` six times as long; ours comes before.
    writeFileSync(config, '[add]\nsecrets = "ignore"\n');
  }
  return {
    name,
    host,
    home,
    tree,
    options,
    write: (path, text, mode) => {
      mkdirSync(dirname(at(path)), { recursive: true });
      writeFileSync(at(path), text);
      if (mode !== undefined) chmodSync(at(path), mode);
    },
    read: (path) => (existsSync(at(path)) ? readFileSync(at(path), 'utf8') : undefined),
    mode: (path) => statSync(at(path)).mode & 0o777,
    remove: (path) => rmSync(at(path), { recursive: true, force: true }),
    sync: async (flags) => (await syncDotfiles(host, options, flags)).status,
    chezmoi: async (...args) => await output('chezmoi', ['--no-tty', ...args], { env }),
    jj: async (...args) =>
      await output('jj', ['-R', tree, '--no-pager', '--color=never', ...args], {
        env: { ...env, JJ_USER: 'Ada', JJ_EMAIL: 'ada@example.org' },
        cwd: tree,
      }),
    git: async (...args) =>
      await output('git', ['-C', tree, ...args], {
        env: {
          ...env,
          GIT_AUTHOR_NAME: 'Ada',
          GIT_AUTHOR_EMAIL: 'ada@example.org',
          GIT_COMMITTER_NAME: 'Ada',
          GIT_COMMITTER_EMAIL: 'ada@example.org',
        },
      }),
    network: () => Object.fromEntries(Object.entries(env).filter(([key]) => key.startsWith('GIT_CONFIG_'))),
    // git goes to another place, where nothing is.
    reach: (isReachable) => Object.assign(env, networkOf(origin, isReachable)),
  };
}

function networkOf(origin: string, isReachable: boolean): Readonly<Record<string, string>> {
  const away = { GIT_CONFIG_KEY_0: 'url.file:///nowhere/.insteadOf', GIT_CONFIG_VALUE_0: origin };
  return isReachable ? { GIT_CONFIG_COUNT: '0' } : { GIT_CONFIG_COUNT: '1', ...away };
}

/** The files of a home that are not the programs' own, by path. */
export function filesOf(home: string): Readonly<Record<string, string>> {
  const below = (folder: string): readonly (readonly [string, string])[] =>
    readdirSync(join(home, folder), { withFileTypes: true }).flatMap((entry) => {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (['.local', '.cache', '.config/chezmoi'].includes(path)) return [];
      return entry.isDirectory() ? below(path) : [[path, readFileSync(join(home, path), 'utf8')] as const];
    });
  return Object.fromEntries(below(''));
}
