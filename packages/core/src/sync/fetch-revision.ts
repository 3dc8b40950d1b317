import { RotaError } from '../errors/rota-error.ts';
import { type Git, gitOn, gitOutput, gitWords } from '../host/git.ts';
import type { Host } from '../host/host.ts';
import type { SyncLayout } from './sync-layout.ts';
import type { Revision, SyncSource } from './sync-status.ts';

/** Long enough for a first copy over a slow line; a job that hangs helps nobody. */
const fetchMs = 300_000;

/** The copy of a repository, and the revision that its ref names now. */
export interface Fetched {
  readonly git: Git;
  readonly revision: Revision;
}

/**
 * Brings the copy up to date. The history comes whole, because only with it can be said whether a revision follows from another.
 *
 * @throws ROTA_SYNC_UNREACHABLE, ROTA_SYNC_REF, ROTA_COMMAND_MISSING
 */
export async function fetchRevision(
  host: Pick<Host, 'run' | 'env' | 'files'>,
  layout: SyncLayout,
  { repo, ref }: Pick<SyncSource, 'repo' | 'ref'>,
): Promise<Fetched> {
  const git = gitOn(host, layout.repository);
  host.files.makeFolder(layout.root, 0o700);
  gitOutput(await git(['init', '--quiet', '--bare', layout.repository]), 'make a copy of the repository');
  const fetched = await git(
    ['fetch', '--quiet', '--no-tags', '--no-recurse-submodules', '--force', '--', repo, `+${ref}:refs/rota/fetched`],
    { timeoutMs: fetchMs },
  );
  if (fetched.exitCode !== 0) {
    const words = gitWords(fetched);
    if (/couldn't find remote ref|not our ref/.test(fetched.stderr)) {
      throw new RotaError('ROTA_SYNC_REF', `${repo} has no \`${ref}\`. What is installed stays.`, {
        suggestions: [`git ls-remote ${repo} lists what it has.`],
      });
    }
    throw new RotaError('ROTA_SYNC_UNREACHABLE', `${repo} could not be fetched: ${words} What is installed stays.`, {
      suggestions: [`Try it as the same user, without a terminal: GIT_TERMINAL_PROMPT=0 git ls-remote ${repo}`],
    });
  }
  return { git, revision: await describe(git) };
}

/** Whether `later` has `earlier` in its history; false also when `earlier` is not there at all. */
export async function followsFrom(git: Git, earlier: string, later: string): Promise<boolean> {
  return (await git(['merge-base', '--is-ancestor', earlier, later])).exitCode === 0;
}

async function describe(git: Git): Promise<Revision> {
  const text = gitOutput(
    await git(['log', '-1', '--no-show-signature', '--format=%H%n%ct%n%s', 'refs/rota/fetched']),
    'read the fetched commit',
  );
  const [id = '', seconds = '0', subject = ''] = text.split('\n');
  return { id, committedAt: new Date(Number(seconds) * 1000).toISOString().replace('.000Z', 'Z'), subject };
}
