import { relative, sep } from 'node:path';
import { RotaError } from '../errors/rota-error.ts';
import { gitIn } from '../host/git.ts';
import type { Host } from '../host/host.ts';
import { openRepository, type Repository } from './open-repository.ts';
import { type GitObject, readObjects } from './read-objects.ts';
import type { Target } from './target.ts';
import type { TargetRecord } from './target-records.ts';

/** What a plan reads of the repository, but for what changed. */
export interface Snapshot {
  readonly repository: Repository;
  /** Full id of the commit that is planned for. */
  readonly head: string;
  /** Full ids of the commits to compare with, by the name that was given or recorded; absent where the repository does not have one. */
  readonly bases: ReadonlyMap<string, string>;
  /** Text of a flake.lock, by `REVISION FLAKE` with a name of `bases` or `HEAD`, and the folder of the flake in the repository. */
  readonly locks: ReadonlyMap<string, string | undefined>;
}

interface SnapshotInput {
  readonly host: Pick<Host, 'run' | 'env' | 'files'>;
  readonly baseDir: string;
  readonly targets: readonly Target[];
  readonly since?: string | undefined;
}

/** Reads it with two processes that run side by side. @throws ROTA_TARGET_REPOSITORY, ROTA_TARGET_REVISION */
export async function readSnapshot(
  { host, baseDir, targets, since }: SnapshotInput,
  records: readonly TargetRecord[],
): Promise<Snapshot> {
  const recorded = records.flatMap(({ built }) => (built === null ? [] : [built.revision]));
  const revisions = [...new Set(since === undefined ? recorded : [since])];
  const flakes = [...new Set(targets.map(({ flake }) => flake))];
  const lockNames = ['HEAD', ...revisions].flatMap((revision) => flakes.map((flake) => [revision, flake] as const));
  const names = [
    'HEAD^{commit}',
    ...revisions.map((revision) => `${revision}^{commit}`),
    ...lockNames.map(([revision, flake]) => `${revision}:${lockBelow(baseDir, flake)}`),
    'HEAD^{commit}',
  ];
  const reading = readAtOneHead(host, baseDir, names);
  // What is wrong with the repository is told by opening it, in better words.
  reading.catch(() => undefined);
  const repository = await openRepository(host, baseDir);
  const objects = await reading;
  const head = objects[0]?.id;
  if (head === undefined) throw new RotaError('ROTA_TARGET_REVISION', `The repository ${repository.root} has no commit yet.`);
  const bases = new Map(
    revisions.flatMap((revision, index) => {
      const id = objects[1 + index]?.id;
      return id === undefined ? [] : [[revision, id] as const];
    }),
  );
  if (since !== undefined && !bases.has(since)) throw unknownRevision(since, repository);
  const locks = new Map(
    lockNames.map(([revision, flake], index) => {
      const blob = objects[1 + revisions.length + index];
      return [`${revision} ${repository.inRepository(flake)}`, blob?.type === 'blob' ? blob.text : undefined] as const;
    }),
  );
  return { repository, head, bases, locks };
}

/** A path for git that starts at the folder that git runs in: `./` or `../`. gitrevisions(7) */
function lockBelow(baseDir: string, flake: string): string {
  const folder = relative(baseDir, flake).split(sep).join('/');
  return folder === '' ? './flake.lock' : `./${folder}/flake.lock`;
}

/** The head is asked for first and last: a commit that is made meanwhile must not give the lock of one and the tree of another. */
async function readAtOneHead(
  host: Pick<Host, 'run' | 'env'>,
  baseDir: string,
  names: readonly string[],
): Promise<readonly (GitObject | undefined)[]> {
  const git = gitIn(host, baseDir);
  for (;;) {
    const objects = await readObjects(git, names);
    if (objects[0]?.id === objects.at(-1)?.id) return objects;
  }
}

function unknownRevision(since: string, { isShallow }: Repository): RotaError {
  return new RotaError('ROTA_TARGET_REVISION', `The repository has no revision ${JSON.stringify(since)}.`, {
    suggestions: isShallow
      ? ['The checkout is shallow: git fetch --unshallow (in GitHub Actions: fetch-depth: 0).']
      : ['`git log` lists the revisions; a branch of a remote needs a `git fetch` first.'],
  });
}
