import { realpathSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Host, RotaError } from '@rota/core';
import { caseClash, clashText } from '../../conflicts/case-clash.ts';
import { remoteFailure } from '../../jj/failure-kind.ts';
import type { Jj } from '../../jj/jj.ts';
import { lastWords } from '../../jj/last-words.ts';
import type { DotfileOptions } from '../../options.ts';
import { isOneName } from '../home/folds-case.ts';
import { withNewTree } from './tree-lock.ts';

/** What set-up works with. */
export interface OpenInput {
  readonly host: Host;
  readonly env: Host['env'];
  readonly jj: Jj;
  readonly tree: string;
  readonly options: Pick<DotfileOptions, 'repoUrl' | 'timeout'>;
}

/**
 * Makes sure that there is a colocated repository with a remote. What is there is kept: a Git clone gets a `.jj` beside its `.git`, a plain folder becomes a
 * repository, and only an empty folder is filled with a clone.
 *
 * @returns whether something was made
 * @throws ROTA_DOTFILES_CONFIG with what is missing; ROTA_SYNC_UNREACHABLE when the first clone does not reach the remote;
 * ROTA_LOCK_HELD while another process makes it
 */
export async function openRepository(input: OpenInput): Promise<boolean> {
  const { host, tree } = input;
  if (host.files.facts(join(tree, '.jj')) !== undefined) return await openOrMake(input);
  return await withNewTree(host, tree, async () => await openOrMake(input));
}

async function openOrMake(input: OpenInput): Promise<boolean> {
  const { host, tree } = input;
  const has = (name: string): boolean => host.files.facts(join(tree, name)) !== undefined;
  if (has('.jj')) {
    if (!has('.git')) throw notColocated(tree);
    await checkRemote(input);
    return false;
  }
  if (has('.git')) {
    if (host.files.facts(join(tree, '.git'))?.kind !== 'folder') {
      throw new RotaError('ROTA_DOTFILES_CONFIG', `${tree} is a Git worktree or submodule, which jj cannot share.`, {
        suggestions: ['Clone the repository there instead.'],
      });
    }
    refuseOtherRemote(input, await originOf(input));
    await refuseClash(input, tree);
    await initialise(input);
  } else if (host.files.list(tree).length === 0 && input.options.repoUrl !== undefined) {
    await clone(input, input.options.repoUrl);
    return true;
  } else {
    if (input.options.repoUrl === undefined) throw noRemote(tree);
    host.files.makeFolder(tree);
    await initialise(input);
  }
  await checkRemote(input);
  return true;
}

/** What lies in the folder is not tracked by this: whoever takes files in decides which. */
async function initialise({ host, env, tree, options }: OpenInput): Promise<void> {
  const result = await host.run({
    file: 'jj',
    args: ['--no-pager', '--color=never', '--config=snapshot.auto-track="none()"', 'git', 'init', '--colocate', tree],
    env,
    timeoutMs: options.timeout * 1000,
  });
  if (result.exitCode !== 0) throw new RotaError('ROTA_DOTFILES_CONFIG', `jj cannot open ${tree}: ${lastWords(result)}`);
}

/** Beside the folder first, so that a clone that is cut off is never taken for a repository. */
async function clone({ host, env, tree, options }: OpenInput, repoUrl: string): Promise<void> {
  const fresh = `${tree}.rota-clone`;
  await rm(fresh, { recursive: true, force: true });
  host.files.makeFolder(dirname(tree));
  const result = await host.run({
    file: 'jj',
    args: ['--no-pager', '--color=never', 'git', 'clone', '--colocate', '--', repoUrl, fresh],
    env,
    cwd: dirname(tree),
    timeoutMs: options.timeout * 10_000,
  });
  if (result.exitCode !== 0) {
    await rm(fresh, { recursive: true, force: true });
    const kind = remoteFailure(result);
    const code = kind === 'network' ? 'ROTA_SYNC_UNREACHABLE' : 'ROTA_DOTFILES_CONFIG';
    throw new RotaError(code, `The dotfiles at ${withoutPassword(repoUrl)} could not be cloned: ${lastWords(result)}`, {
      suggestions: [`Try: git ls-remote ${withoutPassword(repoUrl)}`],
    });
  }
  try {
    await refuseClash({ host, env }, fresh);
  } catch (error) {
    await rm(fresh, { recursive: true, force: true });
    throw error;
  }
  host.files.removeFolder(tree);
  host.files.rename(fresh, tree);
}

/** Where two files of the repository are one here, the checkout has written the one over the other, and the next look would take that for a deletion. */
async function refuseClash({ host, env }: Pick<OpenInput, 'host' | 'env'>, folder: string): Promise<void> {
  if (!isOneName(host, join(folder, '.git'))) return;
  const listed = await host.run({ file: 'git', args: ['-C', folder, 'ls-tree', '-r', '--name-only', '-z', 'HEAD'], env });
  const clash = caseClash(
    listed.stdout.split('\0').filter((path) => path !== ''),
    '',
  );
  if (clash === undefined) return;
  throw new RotaError('ROTA_DOTFILES_CONFIG', `The dotfiles cannot be here: ${clashText(clash)}`, {
    suggestions: ['Rename one of them on a host that has both, and publish that; then synchronise again.'],
  });
}

/** The remote as it is written, not as `insteadOf` of the person's git makes it; empty when there is none. */
export async function originOf({ host, env, tree }: Pick<OpenInput, 'host' | 'env' | 'tree'>): Promise<string> {
  const asked = await host.run({ file: 'git', args: ['-C', tree, 'config', '--get', 'remote.origin.url'], env });
  return asked.stdout.trim();
}

async function checkRemote(input: OpenInput): Promise<void> {
  const {
    jj,
    tree,
    options: { repoUrl },
  } = input;
  const url = await originOf(input);
  refuseOtherRemote(input, url);
  if (url !== '') return;
  if (repoUrl === undefined) throw noRemote(tree);
  await jj.must(['git', 'remote', 'add', 'origin', repoUrl], 'add the remote');
}

function refuseOtherRemote({ tree, options: { repoUrl } }: Pick<OpenInput, 'tree' | 'options'>, url: string): void {
  if (url !== '' && repoUrl !== undefined && resolved(url) !== resolved(repoUrl)) {
    throw new RotaError(
      'ROTA_DOTFILES_CONFIG',
      `\`repoUrl\` is ${withoutPassword(repoUrl)}, but the origin of ${tree} is ${withoutPassword(url)}.`,
      {
        suggestions: [
          'Leave `repoUrl` out to use that origin.',
          `Or: jj -R ${tree} git remote set-url origin ${withoutPassword(repoUrl)}`,
        ],
      },
    );
  }
}

/** jj writes a path down without its links. */
function resolved(url: string): string {
  const path = url.replace(/^file:\/\//, '');
  if (!path.startsWith('/')) return url;
  try {
    return realpathSync(path);
  } catch {
    return url;
  }
}

/** The error for a folder that cannot be published. */
export function noRemote(tree: string): RotaError {
  return new RotaError(
    'ROTA_DOTFILES_CONFIG',
    `The dotfile sync has no remote: ${tree} has no \`origin\`, and \`repoUrl\` is not set.`,
    {
      suggestions: ["Set it: chezmoiJj({ enable: true, repoUrl: 'git@example.org:ada/dotfiles.git' })"],
    },
  );
}

function notColocated(tree: string): RotaError {
  return new RotaError(
    'ROTA_DOTFILES_CONFIG',
    `${tree} is a jj repository without .git beside it, which chezmoi does not find.`,
    {
      suggestions: [`Run: jj -R ${tree} git colocation enable`],
    },
  );
}

/** For messages. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z+]+:\/\/)[^/@]*@/, '$1');
}
