import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import { type Git, gitOn, gitOutput, gitWords } from '../host/git.ts';
import type { Host } from '../host/host.ts';
import type { ProcessResult } from '../host/process-runner.ts';
import type { SyncLayout } from './sync-layout.ts';
import type { Revision, SyncSource } from './sync-status.ts';

/** Long enough for a first copy over a slow line; a job that hangs helps nobody. */
const fetchMs = 300_000;

type GitHost = Pick<Host, 'run' | 'env' | 'files'>;
type Address = Pick<SyncSource, 'repo' | 'ref'>;

/** The copy of a repository, and the revision that its ref names now. */
export interface Fetched {
  readonly git: Git;
  readonly revision: Revision;
}

/**
 * Brings the copy up to date. The history comes whole, because only with it can be said whether a revision follows from another. A copy that a crash left
 * locked or torn is replaced.
 *
 * @throws ROTA_SYNC_UNREACHABLE, ROTA_SYNC_REF, ROTA_COMMAND_MISSING
 */
export async function fetchRevision(host: GitHost, layout: SyncLayout, address: Address): Promise<Fetched> {
  host.files.makeFolder(layout.root, 0o700);
  const kept = host.files.facts(layout.repository) !== undefined;
  try {
    return await fetchInto(host, layout.repository, address);
  } catch (error) {
    const perhapsTorn = isRotaError(error) && ['ROTA_SYNC_UNREACHABLE', 'ROTA_COMMAND_FAILED'].includes(error.code);
    if (!kept || !perhapsTorn) throw error;
    // Where not even a new copy can be had, the first error is the one that says why.
    return await fetchAnew(host, layout, address).catch(() => Promise.reject(error));
  }
}

/** A new copy in the place of the old one, which stays if that fails. @throws as {@link fetchRevision} */
export async function fetchAnew(host: GitHost, layout: SyncLayout, address: Address): Promise<Fetched> {
  const fresh = `${layout.repository}.new`;
  const discard = (path: string): void => rmSync(path, { recursive: true, force: true });
  discard(fresh);
  try {
    const { revision } = await fetchInto(host, fresh, address);
    discard(layout.repository);
    host.files.rename(fresh, layout.repository);
    return { git: gitOn(host, layout.repository), revision };
  } finally {
    discard(fresh);
  }
}

async function fetchInto(host: GitHost, copy: string, { repo, ref }: Address): Promise<Fetched> {
  const git = gitOn(host, copy);
  // For nobody else, whatever the umask; and without what a template would put there.
  gitOutput(await git(['init', '--quiet', '--bare', '--shared=0600', '--template=', copy]), 'make a copy of the repository');
  dropHalfFetched(host, copy);
  const fetched = await (await gitWithOwnSsh(host, copy))(
    [
      'fetch',
      '--quiet',
      '--no-write-fetch-head',
      '--no-tags',
      '--no-recurse-submodules',
      '--force',
      '--',
      repo,
      `+${ref}:refs/rota/fetched`,
    ],
    { timeoutMs: fetchMs },
  );
  if (fetched.exitCode !== 0) throw notFetched(fetched, repo, ref);
  return { git, revision: await describe(git) };
}

/**
 * What a fetch that was ended left: git clears it away after two weeks (git-gc(1), gc.pruneExpire), while a repository that is too large for its line leaves
 * more at every attempt. Nobody else works in the copy.
 */
function dropHalfFetched({ files }: GitHost, copy: string): void {
  const objects = join(copy, 'objects');
  for (const folder of files.list(objects)) {
    if (files.facts(join(objects, folder))?.kind !== 'folder') continue;
    for (const name of files.list(join(objects, folder)))
      if (/^tmp_(pack|idx|rev|obj)_/.test(name)) files.remove(join(objects, folder, name));
  }
}

/** The command that the person has set for ssh holds: a variable, such as the one that we set otherwise, would hide it. git-config(1), core.sshCommand. */
async function gitWithOwnSsh(host: GitHost, copy: string): Promise<Git> {
  if (host.env.GIT_SSH_COMMAND) return gitOn(host, copy);
  const { stdout } = await gitOn(host, copy)(['config', '--get', 'core.sshCommand']);
  return gitOn({ ...host, env: { ...host.env, GIT_SSH_COMMAND: stdout.trim() } }, copy);
}

function notFetched(fetched: ProcessResult, repo: string, ref: string): RotaError {
  if (/couldn't find remote ref|not our ref/.test(fetched.stderr)) {
    return new RotaError('ROTA_SYNC_REF', `${repo} has no \`${ref}\`. What is installed stays.`, {
      suggestions: [
        ...(ref === 'HEAD' ? ['Perhaps nothing was pushed there yet; else name a branch: --ref main'] : []),
        `git ls-remote ${repo} lists what it has.`,
      ],
    });
  }
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key verification failed/.test(fetched.stderr)) {
    const changed = fetched.stderr.includes('HAS CHANGED');
    return new RotaError(
      'ROTA_SYNC_UNREACHABLE',
      `${repo} was not fetched: ssh ${changed ? 'knows its host by another key' : 'does not know the key of its host'}. What is installed stays.`,
      {
        suggestions: [
          'Compare the key with what whoever runs the host says of it: somebody may stand between.',
          takeKey(repo, changed),
        ],
      },
    );
  }
  return new RotaError('ROTA_SYNC_UNREACHABLE', `${repo} could not be fetched: ${gitWords(fetched)} What is installed stays.`, {
    suggestions: [`Try it as the same user, without a terminal: GIT_TERMINAL_PROMPT=0 git ls-remote ${repo}`],
  });
}

/** What is typed, as the user whose jobs these are, to take the key of a host: ssh shows its fingerprint and asks. */
function takeKey(repo: string, changed: boolean): string {
  const [, userOfUrl, hostOfUrl, port] = /^ssh:\/\/(?:([^@/]*)@)?(\[[^\]]*\]|[^:/]*)(?::(\d+))?/.exec(repo) ?? [];
  const [, userOfPath, hostOfPath] = /^(?:([^@/]*)@)?([^:/]*):/.exec(repo) ?? [];
  const host = (hostOfUrl ?? hostOfPath ?? 'HOST').replace(/^\[|\]$/g, '');
  const user = hostOfUrl === undefined ? userOfPath : userOfUrl;
  const known = port === undefined || port === '22' ? host : `'[${host}]:${port}'`;
  const connect = `ssh -T${known === host ? '' : ` -p ${port}`} ${user === undefined ? '' : `${user}@`}${host}`;
  return changed ? `If it was changed on purpose: ssh-keygen -R ${known}; ${connect}` : `If it is the right one: ${connect}`;
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
