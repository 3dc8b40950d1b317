import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { commandPart, requirePart, sampleSize, testSeed } from '@rota/test-support';
import fc from 'fast-check';
import { beforeAll, expect, it } from 'vitest';
import { installedEntries } from '../apply/installed-entries.ts';
import { readJournal } from '../apply/journal.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { createRota } from '../face/create-rota.ts';
import { namespaceLayout } from '../state/layout.ts';
import { type GitWorkplace, gitWorkplace, manifest } from './git-workplace.test-support.ts';
import { type SyncOptions, syncRepository } from './sync-repository.ts';
import { readSyncStatus } from './sync-status.ts';

/** What is pushed, and how it is synchronised then. */
interface Step {
  /** `1` and `2` are for this host, and differ. */
  readonly jobs: Readonly<Record<string, 'absent' | '1' | '2' | 'other tenant' | 'other host'>>;
  readonly isBroken: boolean;
  readonly signer: 'good' | 'stranger' | 'nobody';
  /** `rewound`: a push is forced, of what follows from an earlier commit. */
  readonly push: 'none' | 'follows' | 'rewound';
  readonly isReachable: boolean;
  readonly syncs: 1 | 2;
  readonly allowRewind: boolean;
  readonly allowRemovals: boolean;
  /** Seconds until then. */
  readonly after: number;
}

const names = ['a', 'b', 'c', 'd'];
const oneIn = (count: number): fc.Arbitrary<boolean> => fc.nat(count - 1).map((number) => number === 0);
const fate = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('1' as const, '2' as const) },
  { weight: 1, arbitrary: fc.constantFrom('absent' as const, 'other tenant' as const, 'other host' as const) },
);
const step: fc.Arbitrary<Step> = fc.record({
  jobs: fc.record(Object.fromEntries(names.map((name) => [name, fate]))),
  isBroken: oneIn(6),
  signer: fc.oneof(
    { weight: 5, arbitrary: fc.constant('good' as const) },
    { weight: 1, arbitrary: fc.constantFrom('stranger' as const, 'nobody' as const) },
  ),
  push: fc.oneof(
    { weight: 5, arbitrary: fc.constant('follows' as const) },
    { weight: 2, arbitrary: fc.constantFrom('none' as const, 'rewound' as const) },
  ),
  isReachable: oneIn(7).map((isGone) => !isGone),
  syncs: oneIn(3).map((isTwo) => (isTwo ? 2 : 1)),
  allowRewind: oneIn(3),
  allowRemovals: oneIn(3),
  after: fc.integer({ min: 1, max: 100_000 }),
});

/** What is known of a commit, apart from git. */
interface Pushed extends Pick<Step, 'jobs' | 'isBroken' | 'signer'> {
  readonly id: string;
}

const forThisHost = ({ jobs }: Pick<Step, 'jobs'>): ReadonlyMap<string, string> =>
  new Map(Object.entries(jobs).filter(([, fate]) => fate === '1' || fate === '2'));

let keys: string;
beforeAll(() => {
  keys = gitWorkplace().root;
  for (const name of ['good', 'stranger'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(keys, name)]);
  const [kind, key] = readFileSync(join(keys, 'good.pub'), 'utf8').split(' ');
  writeFileSync(join(keys, 'allowed'), `a@example.org namespaces="git" ${kind} ${key}\n`);
  writeFileSync(join(keys, 'host.yaml'), 'tenants: [acme]\n');
  return () => rmSync(keys, { recursive: true });
});

function push(place: GitWorkplace, pushed: Pushed[], { push: how, jobs, isBroken, signer }: Step, number: number): void {
  if (how === 'none' && pushed.length > 0) return;
  const from = how === 'rewound' ? pushed[number % Math.max(1, pushed.length)] : undefined;
  if (from !== undefined) place.git('reset', '--quiet', '--hard', from.id);
  rmSync(join(place.repo, 'jobs'), { recursive: true, force: true });
  for (const [name, fate] of Object.entries(jobs)) {
    const [tenant, more] = [
      fate === 'other tenant' ? 'other' : 'acme',
      fate === 'other host' ? '  when: {hostname: elsewhere}\n' : '',
    ];
    if (fate !== 'absent') place.write(`jobs/${name}.yaml`, manifest(name, { tenant, argument: fate, more }));
  }
  if (isBroken) place.write('jobs/broken.yaml', 'kind: Nothing\n');
  if (signer !== 'nobody') place.git('config', 'user.signingkey', join(keys, `${signer}.pub`));
  place.write('number', String(number));
  const id = place.commit(...(signer === 'nobody' ? [] : ['-S']));
  pushed.push({ id, jobs, isBroken, signer });
}

/** Why a sync is refused, by the rules of the documentation; the first that holds is told. */
function refusal(place: GitWorkplace, tip: Pushed, step: Step, good: Pushed | null): string | undefined {
  if (!step.isReachable) return 'ROTA_SYNC_UNREACHABLE';
  if (good !== null && !step.allowRewind && !follows(place, good.id, tip.id)) return 'ROTA_SYNC_REWOUND';
  if (tip.signer !== 'good') return 'ROTA_SYNC_UNSIGNED';
  if (tip.isBroken) return 'ROTA_DECLARATION_INVALID';
  if (Object.values(tip.jobs).every((fate) => fate === 'absent')) return 'ROTA_CONFIG_NOT_FOUND';
  const installed = good === null ? [] : [...forThisHost(good).keys()];
  const goes = installed.filter((name) => !forThisHost(tip).has(name)).length;
  return goes > installed.length / 2 && !step.allowRemovals ? 'ROTA_REMOVALS_REFUSED' : undefined;
}

function follows(place: GitWorkplace, from: string, to: string): boolean {
  return place.git('rev-list', to).includes(from);
}

async function play(history: readonly Step[], place: GitWorkplace): Promise<void> {
  writeFileSync(join(place.root, 'machine/foreign'), 'not ours \r\n\t');
  place.git('config', 'gpg.format', 'ssh');
  let clock = Date.UTC(2026, 10, 21);
  const host = { ...place.rota.host, now: () => clock };
  const pushed: Pushed[] = [];
  let good: Pushed | null = null;
  let [goodAt, failures]: [string | null, number] = [null, 0];
  for (const [number, step] of history.entries()) {
    clock += step.after * 1000;
    push(place, pushed, step, number);
    const tip = pushed.findLast(({ id }) => id === place.git('rev-parse', 'HEAD').trim());
    if (tip === undefined) throw new Error('nothing was pushed');
    const wanted = refusal(place, tip, step, good);
    if (!step.isReachable) renameSync(join(place.repo, '.git'), join(place.root, 'away'));
    const options: SyncOptions = {
      repo: place.repo,
      hostFile: join(keys, 'host.yaml'),
      allowedSigners: join(keys, 'allowed'),
      allowRewind: step.allowRewind,
      allowRemovals: step.allowRemovals,
    };
    const outcomes = await Promise.all(
      Array.from({ length: step.syncs }, () => outcomeOf(createRota({ host, backends: place.rota.backends }), options)),
    );
    if (!step.isReachable) renameSync(join(place.root, 'away'), join(place.repo, '.git'));

    const at = `${new Date(clock).toISOString().slice(0, 19)}Z`;
    const before: ReadonlyMap<string, string> = good === null ? new Map() : forThisHost(good);
    if (wanted === undefined) {
      const isSame = JSON.stringify([...before].sort()) === JSON.stringify([...forThisHost(tip)].sort());
      const first =
        isSame && good !== null ? 'unchanged' : forThisHost(tip).size === 0 && before.size === 0 ? 'unchanged' : 'applied';
      expect([...outcomes].sort()).toEqual([first, 'unchanged'].slice(0, step.syncs));
      [good, goodAt, failures] = [tip, at, 0];
    } else {
      expect(outcomes).toEqual(outcomes.map(() => wanted));
      failures += step.syncs;
    }
    const outcome =
      wanted === undefined
        ? outcomes.includes('applied') && step.syncs === 1
          ? 'applied'
          : step.syncs === 2
            ? 'unchanged'
            : outcomes[0]
        : 'failed';
    expect(readSyncStatus(host, 'default')).toMatchObject({
      revision: good === null ? null : { id: good.id },
      syncedAt: goodAt,
      attemptedAt: at,
      outcome,
      failures,
      error: wanted === undefined ? null : { code: wanted, revision: step.isReachable ? tip.id : null },
    });
    await expectInstalled(place, good === null ? new Map() : forThisHost(good));
  }
}

async function outcomeOf(rota: Parameters<typeof syncRepository>[0], options: SyncOptions): Promise<string> {
  try {
    return (await syncRepository(rota, options)).outcome;
  } catch (error) {
    if (isRotaError(error)) return error.code;
    throw error;
  }
}

/** Exactly these jobs stand in the scheduler, whole, and the state says so; nothing is left of the way there; what is foreign is as it was. */
async function expectInstalled(place: GitWorkplace, jobs: ReadonlyMap<string, string>): Promise<void> {
  const wanted = [...jobs].sort();
  expect(place.installed().toSorted()).toEqual(wanted.map(([name]) => `default.acme.${name}`));
  const entries = installedEntries(place.rota.host, 'default').map(({ job }) => [job.name, job.command.at(-1)]);
  expect(entries.sort()).toEqual(wanted);
  expect((await place.rota.status()).map(({ state }) => state)).toEqual(wanted.map(() => 'waiting'));
  expect(readFileSync(join(place.root, 'machine/foreign'), 'utf8')).toBe('not ours \r\n\t');
  const layout = namespaceLayout(join(place.root, 'state'), 'default');
  expect(readJournal(place.rota.host, layout)).toBeNull();
  mkdirSync(join(place.root, 'state/sync/default'), { recursive: true });
  const left = readdirSync(join(place.root, 'state/sync/default')).filter(
    (name) => !['repository.git', 'status.json'].includes(name),
  );
  expect(left).toEqual([]);
}

requirePart(commandPart('ssh-keygen', 'openssh-client'))(
  'whatever is pushed to a repository, and however it is synchronised',
  () => {
    it('the last good revision stays installed, and the status tells it, its age and why the last attempt failed', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 4, maxLength: 10 }), async (history) => {
          const place = gitWorkplace();
          try {
            await play(history, place);
          } finally {
            place.dispose();
          }
        }),
        { numRuns: sampleSize({ here: 3, inCi: 6, long: 40 }), seed: testSeed, endOnFailure: true },
      );
    });
  },
);
