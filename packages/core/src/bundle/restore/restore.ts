import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import type { RotaEvents } from '../../state/events.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { hasArtifact, importArtifact } from '../artifact.ts';
import { bundleLayout } from '../bundle-layout.ts';
import type { FoundBundle } from '../find-bundle.ts';
import type { BundleHead } from '../format/manifest.ts';
import { readHead } from '../format/read-bundle.ts';
import { interruptible, isInterruption, untilAborted } from '../interruption.ts';
import { refuseMoved } from '../migrate/tombstone.ts';
import { recoverBefore } from '../recover-before.ts';
import { beginDowntime, type GuardKind } from '../service/downtime.ts';
import { awaitHealth, hookEnvironment, runHooks } from '../service/run-hook.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import { pathPattern } from '../spec/path-pattern.ts';
import { extractBundle } from './extract-bundle.ts';
import { hindranceAt } from './hindrance.ts';
import { databaseRestore, isFed } from './restore-databases.ts';
import { settleIdentity } from './settle-identity.ts';
import {
  appendLine,
  clearAway,
  exists,
  isSwappedBack,
  type RootSwap,
  readLines,
  swapBack,
  swapBackScript,
  swapIn,
} from './swap-roots.ts';
import { syncDisks } from './sync-disks.ts';
import { undoSwap } from './undo-swap.ts';
import { checkDatabases, type VerifyCheck } from './verify-bundle.ts';

/** Which bundle to put back, and what of it. */
export interface RestoreInput {
  readonly host: Host;
  readonly namespace: string;
  readonly spec: BundleSpec;
  readonly bundle: FoundBundle;
  /** Only these roots, and no database that a command reads. @default all of the bundle */
  readonly only?: readonly string[];
  /** Unpacks each root below this folder and stops nothing. @default in place of what is there */
  readonly to?: string;
  /** What becomes of paths whose policy is `prompt`: a pattern of members (`data/ROOT/PATH`) to `preserve` or `exclude`. */
  readonly identity?: Readonly<Record<string, 'preserve' | 'exclude'>>;
  /** What was there stays beside it, as `.rota-before-ID-NAME`. @default true */
  readonly keepPrevious?: boolean;
  readonly ageIdentity?: string | undefined;
  /** Called as bytes are unpacked, with those that are done and all of them. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Gets `bundle:progress`. */
  readonly events?: RotaEvents | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What one restore did. */
export interface RestoreResult {
  readonly manifest: BundleHead;
  /** Where each root is now, and where what was there before is kept. */
  readonly roots: readonly { readonly name: string; readonly path: string; readonly previous: string | null }[];
  readonly checks: readonly VerifyCheck[];
  readonly notes: readonly string[];
  readonly stopped: readonly string[];
  readonly downtimeMs: number;
  readonly guard?: GuardKind;
}

/** What a restore would do. */
export interface RestorePlan {
  readonly manifest: BundleHead;
  readonly roots: readonly { readonly name: string; readonly path: string; readonly action: 'create' | 'replace' }[];
  /** Databases that a command reads a dump into: none where only some roots are restored, or elsewhere. */
  readonly databases: readonly string[];
  /** Members that need an answer before they are restored. */
  readonly unanswered: readonly string[];
}

/** Looks at a bundle and at what it would replace. @throws ROTA_BUNDLE_TARGET */
export async function planRestore(input: RestoreInput): Promise<RestorePlan> {
  const { host, spec, bundle, to, only } = input;
  // It may have been pruned since it was found.
  if (host.files.facts(bundle.path) === undefined)
    throw new RotaError('ROTA_BUNDLE_UNKNOWN', `The bundle ${bundle.path} is not there any more.`, {
      suggestions: ['`rota bundle list` shows what there is.'],
    });
  const manifest = await readHead(bundle.path, input.ageIdentity);
  const unknown = only?.find((name) => !manifest.roots.some((root) => root.name === name));
  if (unknown !== undefined)
    throw target(
      `The bundle has no root "${unknown}".`,
      manifest.roots.map(({ name }) => name),
    );
  const roots = manifest.roots
    .filter(({ name, kind }) => kind !== 'missing' && (only === undefined || only.includes(name)))
    .map(({ name }) => {
      const declared = spec.roots.find((root) => root.name === name);
      if (declared === undefined && to === undefined)
        throw target(`The root "${name}" of the bundle is not declared any more.`, ['--into DIR', '--only NAME']);
      const path = to === undefined ? (declared?.path ?? '') : join(to, name);
      const there = exists(path);
      if (to !== undefined && there) throw target(`${path} exists already.`, ['Name a folder that is empty.']);
      const hindrance = hindranceAt(path, host);
      if (hindrance !== undefined) throw target(hindrance.message, hindrance.suggestions);
      if (to === undefined && !existsSync(dirname(path)))
        throw target(`The folder ${dirname(path)} does not exist.`, [`mkdir -p ${dirname(path)}`]);
      return { name, path, action: there ? ('replace' as const) : ('create' as const) };
    });
  const answered = Object.keys(input.identity ?? {}).map(pathPattern);
  const unanswered = manifest.identity
    .filter(({ name, policy }) => policy === 'prompt' && !answered.some((matches) => matches(name)))
    .map(({ name }) => name);
  const databases = to === undefined && only === undefined ? namesOfFed(spec, manifest) : [];
  return { manifest, roots, databases, unanswered };
}

function namesOfFed({ databases }: RestoreInput['spec'], manifest: BundleHead): readonly string[] {
  return databases
    .filter((one) => isFed(one) && manifest.databases.some(({ name }) => name === one.name))
    .map(({ name }) => name);
}

/**
 * Restores a bundle. Everything is unpacked beside its place and proven there; only then the service is stopped, the roots are swapped by
 * renames that a journal tells of, identities made again, the service started and its health awaited. What fails is swapped back, and a
 * process that dies is made good by the next command.
 *
 * @throws ROTA_BUNDLE_TARGET, ROTA_BUNDLE_IDENTITY, ROTA_BUNDLE_RESTORE, ROTA_BUNDLE_DISK, ROTA_BUNDLE_HOSTILE, ROTA_BUNDLE_MISMATCH, ROTA_INTERRUPTED, ROTA_LOCK_HELD
 */
export async function restoreBundle(input: RestoreInput): Promise<RestoreResult> {
  const { host, namespace, spec, signal, to } = input;
  openState(host);
  const layout = bundleLayout(host.stateDir, namespace);
  const locked = (work: () => Promise<RestoreResult>): Promise<RestoreResult> =>
    withLock(host, layout.lock, { purpose: `restore ${spec.tenant}/${spec.name}`, signal }, work);
  return await interruptible('The restore', signal, 'everything is as it was before', () =>
    locked(async () => {
      const found = await recoverBefore(host, namespace, spec);
      if (to === undefined) refuseMoved(host, namespace, spec);
      const plan = await planRestore(input);
      if (plan.manifest.tenant !== spec.tenant || plan.manifest.name !== spec.name)
        throw target(`The bundle is of ${plan.manifest.tenant}/${plan.manifest.name}, not of ${spec.tenant}/${spec.name}.`, []);
      if (plan.unanswered.length > 0)
        throw new RotaError('ROTA_BUNDLE_IDENTITY', `Somebody has to say what becomes of ${plan.unanswered.join(', ')}.`, {
          suggestions: plan.unanswered.slice(0, 5).map((name) => `--identity ${name}=preserve, or =exclude`),
        });
      const id = randomBytes(6).toString('hex');
      const work = join(layout.work, `restore-${id}`);
      host.files.makeFolder(join(work, 'dumps'), 0o700);
      if (input.to !== undefined) mkdirSync(input.to, { recursive: true, mode: 0o700 });
      const swaps = plan.roots.map(
        ({ name, path, action }): RootSwap => ({
          name,
          target: path,
          fresh: join(dirname(path), `.rota-restore-${id}-${name}`),
          before: join(dirname(path), `.rota-before-${id}-${name}`),
          existed: action === 'replace',
        }),
      );
      const journal = join(work, 'journal.jsonl');
      appendLine(host, journal, {
        step: 'begin',
        keepPrevious: input.keepPrevious ?? true,
        swaps,
        services: to === undefined ? spec.services : [],
      });
      try {
        const result = await restoreInto(input, { work, journal, swaps });
        return { ...result, notes: [...found, ...result.notes] };
      } catch (error) {
        // In a process that is dead to its files this throws, and the next command does it.
        const lines = readLines(host, journal);
        if (!lines.some(({ step }) => step === 'commit')) swapBack(host, lines);
        throw error;
      } finally {
        const lines = readLines(host, journal);
        clearAway(host, lines);
        if (host.files.readText(join(work, 'downtime.json')) === undefined) rmSync(work, { recursive: true, force: true });
        // A service is yet to be started. What a person does with the roots until then is not to be undone.
        else if (isSwappedBack(lines)) host.files.remove(journal);
      }
    }),
  );
}

interface Prepared {
  readonly work: string;
  readonly journal: string;
  readonly swaps: readonly RootSwap[];
}

async function restoreInto(input: RestoreInput, { work, journal, swaps }: Prepared): Promise<RestoreResult> {
  const { host, spec, bundle, to, onProgress, signal } = input;
  const ending = untilAborted(host, signal);
  const dumps = join(work, 'dumps');
  const fresh = new Map(swaps.map((swap) => [swap.name, swap.fresh]));
  const { manifest, notes } = await extractBundle({
    host,
    path: bundle.path,
    places: fresh,
    dumps,
    artifacts: work,
    workFolder: work,
    keepLinks: new Set(spec.roots.filter(({ links }) => links === 'keep').map(({ name }) => name)),
    ageIdentity: input.ageIdentity,
    signal: input.signal,
    ...(onProgress === undefined ? {} : { onBytes: onProgress }),
  });
  const checks: VerifyCheck[] = [
    { level: 1, check: `every one of ${manifest.totals.entries} members is what was captured` },
    { level: 2, check: `unpacked, the tree is what was captured (${manifest.treeDigest.slice(0, 16)})` },
  ];
  const proving = { places: fresh, dumps, env: hookEnvironment(spec, fresh), signal };
  await checkDatabases(ending, manifest, spec, proving, checks);
  const settle = (): boolean => settleIdentity(input.identity ?? {}, manifest, swaps);
  if (to === undefined) await placeArtifact(input, manifest, work);
  else settle();
  const beside = swaps.map((swap) => dirname(swap.target));
  await syncDisks(host, beside);
  const untouched = to === undefined && input.only !== undefined ? namesOfFed(spec, manifest) : [];
  const result = (extra: Pick<RestoreResult, 'stopped' | 'downtimeMs'> & { guard?: GuardKind }): RestoreResult => ({
    manifest,
    roots: swaps.map((swap) => ({
      name: swap.name,
      path: swap.target,
      previous: swap.existed && input.keepPrevious !== false ? swap.before : null,
    })),
    checks,
    notes: [...notes, ...untouched.map((name) => `The database ${name} was left as it is, for only some roots were restored.`)],
    ...extra,
  });
  if (to !== undefined) {
    swapIn(host, journal, swaps);
    appendLine(host, journal, { step: 'commit' });
    return result({ stopped: [], downtimeMs: 0 });
  }
  const env = hookEnvironment(spec, new Map());
  if (!(await runHooks(ending, spec, 'beforeRestore', env)))
    throw new RotaError('ROTA_BUNDLE_RESTORE', 'The hook beforeRestore asked not to restore (75). Nothing was changed.');
  const guardMs = Math.max(spec.downtimeBudgetMs * 10, 600_000);
  const databases = databaseRestore(host, spec, { work, env, timeoutMs: guardMs, signal });
  signal?.throwIfAborted();
  const downtime = await beginDowntime(host, spec, work, { guardMs, freeze: false, guardFirst: swapBackScript(swaps) });
  let downtimeMs = 0;
  try {
    // Only now, for a service may write to what is its own.
    if (settle()) await syncDisks(host, beside);
    swapIn(host, journal, swaps);
    signal?.throwIfAborted();
    await runHooks(ending, spec, 'reissue', env);
    if (!downtime.isWhole()) throw new RotaError('ROTA_BUNDLE_RESTORE', `It took longer than ${guardMs / 1000} s.`);
    downtimeMs = await downtime.end();
    if (input.only === undefined) await databases.feed();
    await awaitHealth(ending, spec, env);
    appendLine(host, journal, { step: 'commit' });
  } catch (cause) {
    await undoSwap(host, work, spec.services, downtime.stopped);
    const left = await databases.putBack();
    await runHooks(host, spec, 'afterRestore', { ...env, ROTA_BUNDLE_OUTCOME: 'failed' }).catch(() => undefined);
    const isOver = isInterruption(cause, signal);
    throw new RotaError(
      isOver ? 'ROTA_INTERRUPTED' : 'ROTA_BUNDLE_RESTORE',
      `The restore ${isOver ? 'was interrupted' : 'failed'}, and ${left.length === 0 ? 'everything is' : 'the roots are'} as ${left.length === 0 ? 'it was' : 'they were'} before: ${[cause instanceof Error ? cause.message : String(cause), ...left].join(' ')}`,
      { cause, suggestions: isRotaError(cause) ? cause.suggestions : [] },
    );
  }
  await runHooks(host, spec, 'afterRestore', { ...env, ROTA_BUNDLE_OUTCOME: 'ok' });
  return result({ stopped: downtime.stopped, downtimeMs, ...(downtime.guard === undefined ? {} : { guard: downtime.guard }) });
}

/** What the service ran as is brought back where it is not here. */
async function placeArtifact(
  { host, namespace, spec, signal }: RestoreInput,
  { artifact }: BundleHead,
  work: string,
): Promise<void> {
  if (artifact?.member === undefined || (await hasArtifact(host, artifact.path))) return;
  const file = join(work, basename(artifact.member));
  await importArtifact({ host, namespace, name: `${spec.tenant}.${spec.name}` }, artifact.path, file, signal);
}

function target(message: string, suggestions: readonly string[]): RotaError {
  return new RotaError('ROTA_BUNDLE_TARGET', message, { suggestions });
}
