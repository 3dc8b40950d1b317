import { relative, sep } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { type Git, gitIn } from '../../host/git.ts';
import type { Host } from '../../host/host.ts';
import type { Target } from '../target.ts';
import type { TargetRecord } from '../target-records.ts';
import { compareCommits, compareTrees, type RawChange } from './compare-trees.ts';
import { type GuessedCheckout, guessCheckout } from './guess-checkout.ts';
import { openRepository, plainRepository, type Repository } from './open-repository.ts';
import { type GitObject, readObjects } from './read-objects.ts';

/** What a plan reads of the repository. */
export interface Snapshot {
  readonly repository: Repository;
  /** Full id of the commit that is planned for. */
  readonly head: string;
  /** Full ids of the commits to compare with, by the name that was given or recorded; absent where the repository does not have one. */
  readonly bases: ReadonlyMap<string, string>;
  /** Text of a flake.lock, by `REVISION FLAKE` with a name of `bases` or `HEAD`, and the folder of the flake in the repository. */
  readonly locks: ReadonlyMap<string, string | undefined>;
  /** How the head differs from the bases. git still compares when the rest is known. */
  readonly comparison: Comparison;
}

/** A comparison of the head with bases. */
export interface Comparison {
  /** What was found so far, by a name of `bases`. */
  of(revision: string): readonly RawChange[];
  /** Calls a function each time that more was found. */
  watch(grown: () => void): void;
  readonly done: Promise<void>;
}

interface SnapshotInput {
  readonly host: Pick<Host, 'run' | 'env' | 'files'>;
  readonly baseDir: string;
  readonly targets: readonly Target[];
  readonly since?: string | undefined;
  /** Whether somebody wants to know what changed. */
  readonly compares: boolean;
}

/** Reads it with two or three processes that run side by side. @throws ROTA_TARGET_REPOSITORY, ROTA_TARGET_REVISION */
export async function readSnapshot(
  { host, baseDir, targets, since, compares }: SnapshotInput,
  records: readonly TargetRecord[],
): Promise<Snapshot> {
  const recorded = records.flatMap(({ built }) => (built === null ? [] : [built.revision]));
  const revisions = [...new Set(since === undefined ? recorded : [since])];
  const flakes = [...new Set(targets.map(({ flake }) => flake))];
  const lockNames = ['HEAD', ...revisions].flatMap((revision) => flakes.map((flake) => [revision, flake] as const));
  const names = [
    'HEAD^{commit}',
    'HEAD^{tree}',
    ...revisions.flatMap((revision) => [`${revision}^{commit}`, `${revision}^{tree}`]),
    ...lockNames.map(([revision, flake]) => `${revision}:${lockBelow(baseDir, flake)}`),
    'HEAD^{commit}',
  ];
  const git = gitIn(host, baseDir);
  const [only = '', ...others] = compares ? revisions : [];
  const guess = others.length === 0 ? guessCheckout(host.files, baseDir, only) : undefined;
  const early = guess === undefined ? undefined : compareGuessed(git, guess, only);
  const reading = readAtOneHead(git, names);
  const compareAll = (): Comparison => {
    const begun = compares && revisions.length > 0 ? compareRevisions(git, revisions, reading) : nothingToCompare;
    begun.done.catch(() => undefined);
    return begun;
  };
  const begun = early ?? compareAll();
  // What is wrong with the repository is told by opening it, in better words.
  reading.catch(() => undefined);
  const isGuessed = guess !== undefined && (await isRight(guess, reading));
  const repository = isGuessed ? plainRepository(host, baseDir, guess) : await openRepository(host, baseDir);
  const objects = await reading;
  const head = objects[0]?.id;
  if (head === undefined) throw new RotaError('ROTA_TARGET_REVISION', `The repository ${repository.root} has no commit yet.`);
  const bases = new Map(
    revisions.flatMap((revision, index) => {
      const id = objects[2 + 2 * index]?.id;
      return id === undefined ? [] : [[revision, id] as const];
    }),
  );
  if (since !== undefined && !bases.has(since)) throw unknownRevision(since, repository);
  const locks = new Map(
    lockNames.map(([revision, flake], index) => {
      const blob = objects[2 + 2 * revisions.length + index];
      return [`${revision} ${repository.inRepository(flake)}`, blob?.type === 'blob' ? blob.text : undefined] as const;
    }),
  );
  return { repository, head, bases, locks, comparison: isGuessed || guess === undefined ? begun : compareAll() };
}

/** A path for git that starts at the folder that git runs in: `./` or `../`. gitrevisions(7) */
function lockBelow(baseDir: string, flake: string): string {
  const folder = relative(baseDir, flake).split(sep).join('/');
  return folder === '' ? './flake.lock' : `./${folder}/flake.lock`;
}

/** The head is asked for first and last: a commit that is made meanwhile must not give the lock of one and the tree of another. */
async function readAtOneHead(git: Git, names: readonly string[]): Promise<readonly (GitObject | undefined)[]> {
  for (;;) {
    const objects = await readObjects(git, names);
    if (objects[0]?.id === objects.at(-1)?.id) return objects;
  }
}

const nothingToCompare: Comparison = { of: () => [], watch: () => undefined, done: Promise.resolve() };

/** Whether git answers what was guessed. */
async function isRight({ head, base }: GuessedCheckout, reading: ReturnType<typeof readAtOneHead>): Promise<boolean> {
  try {
    const objects = await reading;
    return objects[0]?.id === head && objects[2]?.id === base;
  } catch {
    return false;
  }
}

/** Begun before git has said whether the guess is right: it takes most of the time of a plan. */
function compareGuessed(git: Git, guess: GuessedCheckout, revision: string): Comparison {
  const { diffs, watch, done } = compareCommits(git, guess);
  done.catch(() => undefined);
  return { of: (name) => (name === revision ? (diffs[0] ?? []) : []), watch, done };
}

/** The trees are those that were read, so that nothing that is committed meanwhile gets in. */
function compareRevisions(git: Git, revisions: readonly string[], reading: ReturnType<typeof readAtOneHead>): Comparison {
  const order = new Map<string, number>();
  const pairs = reading.then((objects) => {
    const after = objects[1]?.id;
    return revisions.flatMap((revision, index) => {
      const before = objects[3 + 2 * index]?.id;
      if (before === undefined || after === undefined) return [];
      order.set(revision, order.size);
      return [{ before, after }];
    });
  });
  const { diffs, watch, done } = compareTrees(git, pairs);
  return { of: (revision) => diffs[order.get(revision) ?? -1] ?? [], watch, done };
}

function unknownRevision(since: string, { isShallow }: Repository): RotaError {
  return new RotaError('ROTA_TARGET_REVISION', `The repository has no revision ${JSON.stringify(since)}.`, {
    suggestions: isShallow
      ? ['The checkout is shallow: git fetch --unshallow (in GitHub Actions: fetch-depth: 0).']
      : ['`git log` lists the revisions; a branch of a remote needs a `git fetch` first.'],
  });
}
