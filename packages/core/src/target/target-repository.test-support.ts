import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { createHost, type HostOptions } from '../host/create-host.ts';
import { execaRunner } from '../host/execa-runner.ts';
import type { Host } from '../host/host.ts';
import { readTarget, type TargetContext } from './read-target.ts';
import type { Target } from './target.ts';
import type { TargetInput } from './target-input.ts';

/** A real repository with a registry, and a state folder. */
export interface TargetRepository {
  /** The checkout. */
  readonly root: string;
  /** Beside the checkout, for what is no part of it. */
  readonly scratch: string;
  readonly host: Host;
  /** The same with other variables, which programs get too, and with what else differs. */
  hostWith(env: Readonly<Record<string, string>>, options?: HostOptions): Host;
  write(path: string, content: string): void;
  git(args: readonly string[], options?: { readonly cwd?: string; readonly env?: Readonly<Record<string, string>> }): string;
  /** Runs a script of /bin/sh in the checkout, with arguments. */
  sh(script: string, args?: readonly string[], env?: Readonly<Record<string, string>>): string;
  /** Commits everything that is there and answers the id. */
  commit(): string;
  targets(...inputs: readonly TargetInput[]): readonly Target[];
}

const identity = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

export function targetRepository(): TargetRepository {
  // In memory where there is such a folder: every file of the state is synced.
  const scratch = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-target-'));
  afterFile(() => rmSync(scratch, { recursive: true, force: true }));
  const root = join(scratch, 'repo');
  mkdirSync(root);
  const base = { ...process.env, ...identity, HOME: scratch };
  const sh: TargetRepository['sh'] = (script, args = [], env = {}) =>
    execFileSync('sh', ['-euc', script, 'sh', ...args], {
      cwd: root,
      env: { ...base, ...env },
      encoding: 'utf8',
      stdio: 'pipe',
      maxBuffer: 1e8,
    });
  const git: TargetRepository['git'] = (args, { cwd = root, env = {} } = {}) =>
    execFileSync('git', args, { cwd, env: { ...base, ...env }, encoding: 'utf8', stdio: 'pipe', maxBuffer: 1e8 });
  git(['init', '--quiet', '--initial-branch=main']);
  const hostWith: TargetRepository['hostWith'] = (env, options = {}) =>
    createHost({
      stateDir: join(scratch, 'state'),
      hostname: 'here',
      timezone: 'UTC',
      arch: 'x64',
      user: { name: 'a', uid: 1000, home: scratch },
      env: { ...base, ...env },
      run: (request) => execaRunner({ ...request, env: { ...env, ...request.env } }),
      ...options,
    });
  return {
    root,
    scratch,
    host: hostWith({}),
    hostWith,
    git,
    write(path, content) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), content);
    },
    sh,
    commit: () =>
      sh(
        "git add --all && git -c maintenance.auto=false commit --quiet --allow-empty --message='A change' && git rev-parse HEAD",
      ).trim(),
    targets: (...inputs) =>
      inputs.map((input, index) => {
        const context: TargetContext = {
          dir: root,
          tenant: 'acme',
          platform: 'linux',
          locate: ({ code, severity, message }) => ({ code, severity, message }),
        };
        const { target, issues } = readTarget(input, `targets[${index}]`, context);
        if (target === undefined) throw new Error(JSON.stringify(issues));
        return target;
      }),
  };
}

/** An attribute path for the usual systems. */
export const attrOf = (name: string): string => `packages.{system}.${name}`;
