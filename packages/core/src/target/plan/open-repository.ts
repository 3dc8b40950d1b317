import { join, normalize, relative, sep } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { type Git, gitIn, gitOfSubmodule, gitOutput, gitWords } from '../../host/git.ts';
import type { Host } from '../../host/host.ts';
import type { GuessedCheckout } from './guess-checkout.ts';
import type { FindSubmodule } from './read-changes.ts';

/** The checkout that holds the registry. */
export interface Repository {
  readonly git: Git;
  /** Absolute. */
  readonly root: string;
  /** What a path below the folder it was opened from is called in the repository: with slashes, without a leading one, `` for the root. */
  inRepository(path: string): string;
  readonly isShallow: boolean;
  readonly findSubmodule: FindSubmodule;
}

type RepositoryHost = Pick<Host, 'run' | 'env' | 'files'>;

/** The repository that a folder is in. @throws ROTA_TARGET_REPOSITORY, ROTA_COMMAND_MISSING */
export async function openRepository(host: RepositoryHost, folder: string): Promise<Repository> {
  const git = gitIn(host, folder);
  const asked = await git(['rev-parse', '--is-shallow-repository', '--git-common-dir', '--show-prefix', '--show-toplevel']);
  const [shallow = '', common = '', prefix = '', root = '', ...rest] = asked.stdout.split('\n');
  if (asked.exitCode !== 0) {
    throw new RotaError('ROTA_TARGET_REPOSITORY', `${folder} is not in a checkout that git can read: ${gitWords(asked)}`, {
      suggestions: ['Targets are planned from the history of the Git repository that holds the config.'],
    });
  }
  if (rest.length !== 1)
    throw new RotaError('ROTA_TARGET_REPOSITORY', `The path of the checkout that ${folder} is in holds a line break.`);
  const commonDir = join(common.startsWith('/') ? '' : folder, common);
  return repositoryAt(host, { git, folder, root, prefix, commonDir, isShallow: shallow === 'true' });
}

/** The same for a checkout whose commits git has confirmed, without asking once more. */
export function plainRepository(host: RepositoryHost, folder: string, { root, isShallow }: GuessedCheckout): Repository {
  const git = gitIn(host, folder);
  return repositoryAt(host, { git, folder, root, prefix: relative(root, folder), commonDir: join(root, '.git'), isShallow });
}

interface Place {
  readonly git: Git;
  readonly folder: string;
  readonly root: string;
  readonly prefix: string;
  readonly commonDir: string;
  readonly isShallow: boolean;
}

function repositoryAt(host: RepositoryHost, { git, folder, root, prefix, commonDir, isShallow }: Place): Repository {
  return {
    git,
    root,
    isShallow,
    inRepository(path) {
      const inside = normalize(join(prefix, relative(folder, path)))
        .split(sep)
        .join('/');
      if (inside === '..' || inside.startsWith('../'))
        throw new RotaError('ROTA_TARGET_REPOSITORY', `${path} is outside of the repository ${root} that holds the config.`);
      return inside === '.' ? '' : inside.replace(/\/$/, '');
    },
    findSubmodule: submoduleFinder(host, { git, root, commonDir }),
  };
}

/** Submodules keep their history in `modules/NAME` of the repository, also when their folder is gone. gitsubmodules(7), gitrepository-layout(5). */
function submoduleFinder(
  host: RepositoryHost,
  { git, root, commonDir }: { readonly git: Git; readonly root: string; readonly commonDir: string },
): FindSubmodule {
  const isThere = (path: string): boolean => host.files.facts(path) !== undefined;
  let names: Promise<ReadonlyMap<string, string>> | undefined;
  return async (path) => {
    names ??= submoduleNames(git);
    const stored = moduleFolder(commonDir, (await names).get(path) ?? path);
    if (stored !== undefined && isThere(join(stored, 'HEAD'))) return gitOfSubmodule(host, stored);
    return isThere(join(root, path, '.git')) ? gitIn(host, join(root, path)) : undefined;
  };
}

/** By path, from the settings of the checkout and from .gitmodules. */
async function submoduleNames(git: Git): Promise<ReadonlyMap<string, string>> {
  const listed = await git(['config', '--null', '--blob', 'HEAD:.gitmodules', '--get-regexp', '^submodule\\..*\\.path$']);
  const names = new Map<string, string>();
  if (listed.exitCode !== 0) return names;
  for (const entry of gitOutput(listed, 'read .gitmodules').split('\0')) {
    const [key = '', path = ''] = entry.split(/\n([\s\S]*)/);
    names.set(path, key.slice('submodule.'.length, -'.path'.length));
  }
  return names;
}

/** A name comes from a file of the repository: it must not lead elsewhere. */
function moduleFolder(commonDir: string, name: string): string | undefined {
  return name.split('/').some((part) => part === '..' || part === '') ? undefined : join(commonDir, 'modules', name);
}
