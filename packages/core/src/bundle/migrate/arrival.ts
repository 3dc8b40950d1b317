import { existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { bytesOfName } from '../format/file-name.ts';
import { untilAborted } from '../interruption.ts';
import { quoteForShell, shellCommand } from '../quote-for-shell.ts';
import { appendLine, type RootSwap, swapIn } from '../restore/swap-roots.ts';
import { syncDisks } from '../restore/sync-disks.ts';
import { runWithFile } from '../service/dump-database.ts';
import { needsSystemManager } from '../service/needs-system-manager.ts';
import { awaitHealth, hookEnvironment, runHooks } from '../service/run-hook.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import { fencesFor, liftFences, raiseFences, standingFences } from './fence.ts';
import { startGuard } from './guard-script.ts';
import type { MigrationRequest, Started } from './protocol.ts';
import { scanState } from './scan-state.ts';
import { settleArrival } from './settle-arrival.ts';
import { type StateDigest, stateHasher } from './state-digest.ts';
import { tombstoneFile } from './tombstone.ts';
import { decide, decideUndone, openVerdict, type Verdict, verdictFile } from './verdict.ts';

/** What the receiving side was asked to prepare for. */
export type PrepareRequest = Extract<MigrationRequest, { readonly ask: 'prepare' }>;

/** The receiving side of one migration: what has arrived, and the way back until it is committed. */
export interface Arrival {
  /** The folder that gets each root, under the name that it has where it comes from. */
  readonly fresh: ReadonlyMap<string, string>;
  readonly dumps: string;
  readonly verdict: string;
  /** Takes away what the sender has no more. */
  remove(names: readonly string[]): void;
  /** Reads what has arrived; what did not change since the last time is not read again. It is on the disk then. @throws ROTA_BUNDLE_DISK */
  digest(): Promise<StateDigest>;
  /** Puts it in place and starts the service, until the signal is aborted. @throws ROTA_BUNDLE_HOOK */
  start(services: readonly string[], healthMs: number, signal: AbortSignal): Promise<Started>;
  /** From now on the service lives here, unless it was decided otherwise meanwhile. */
  commit(): Promise<Verdict>;
  /** Everything is as it was before, and nothing of ours runs, unless it is committed. */
  rollback(): Promise<Verdict>;
}

/** Prepares folders, journal and fence. From now on the units of the service cannot start here but by this. */
export async function beginArrival(host: Host, request: PrepareRequest): Promise<Arrival> {
  const { id, namespace, spec } = request;
  const work = join(bundleLayout(host.stateDir, namespace).work, `arrival-${id}`);
  const dumps = join(work, 'dumps');
  const armed = join(work, 'armed');
  const journal = join(work, 'journal.jsonl');
  const marker = markerOf(host, spec, id);
  const verdict = verdictFile(host, namespace, id);
  const swaps = swapsOf(request);
  const arriving = fencesFor(host, spec.services, { kind: 'arriving', marker, committed: `${verdict}.committed` });
  const moved = standingFences(host, fencesFor(host, spec.services, { kind: 'moved', to: '', at: '', tombstone: '' }));
  const env = hookEnvironment(spec, new Map());
  const hasher = stateHasher(host.now);

  openVerdict(host, verdict);
  host.files.makeFolder(dumps, 0o700);
  host.files.write(join(work, 'fences.json'), JSON.stringify({ arriving, moved }));
  appendLine(host, journal, {
    step: 'begin',
    keepPrevious: true,
    swaps,
    services: spec.services,
    arrival: { marker, verdict, tombstone: tombstoneFile(host, namespace, spec) },
  });
  await raiseFences(host, arriving);
  // The service comes back: what it left behind when it moved away would keep it from starting.
  await liftFences(host, moved);
  for (const { fresh } of swaps) mkdirSync(dirname(fresh), { mode: 0o700 });

  return {
    fresh: new Map(swaps.map((swap) => [swap.name, dirname(swap.fresh)])),
    dumps,
    verdict,
    remove: (names) => removeNames(swaps, names),
    async digest() {
      const roots = swaps.filter(({ fresh }) => existsSync(fresh)).map(({ name, fresh }) => ({ name, path: fresh }));
      const folders = swaps.map(({ fresh }) => dirname(fresh));
      // While the service still runs nearly all of it is sent to the disk, so that little is left for the time when it stands still.
      const [read] = await Promise.all([hasher.digest(scanState(roots, { nowMs: host.now() })), syncDisks(host, folders)]);
      return read;
    },
    async start(services, healthMs, signal) {
      const ending = untilAborted(host, signal);
      host.files.write(armed, '');
      await startGuard(host, {
        script: join(work, 'guard.sh'),
        armed,
        guardMs: guardMsOf(spec),
        work: guardWork(spec, verdict),
        system: needsSystemManager(host, spec.services),
      });
      const begun = host.now();
      swapIn(host, journal, swaps);
      const swapped = host.now();
      await runHooks(ending, spec, 'reissue', env);
      const reissued = host.now();
      host.files.write(marker, '', 0o644);
      const starting = spec.services.filter(({ name }) => services.includes(name)).reverse();
      for (const { name, start } of starting) await startService(ending, spec, name, start);
      await restoreDumps(spec, dumps, env, signal);
      const started = host.now();
      if (starting.length > 0) await awaitHealth(ending, { ...spec, healthTimeoutMs: healthMs }, env);
      return {
        swapMs: swapped - begun,
        reissueMs: reissued - swapped,
        startMs: started - reissued,
        healthMs: host.now() - started,
      };
    },
    async commit() {
      decide(host, verdict, 'committed');
      return await settleArrival(host, work);
    },
    rollback: async () => await settleArrival(host, work),
  };
}

function swapsOf({ id, spec, bases }: PrepareRequest): readonly RootSwap[] {
  return spec.roots.flatMap(({ name, path }) => {
    const base = bases[name];
    if (base === undefined) return [];
    mkdirSync(dirname(path), { recursive: true });
    return {
      name,
      target: path,
      fresh: join(dirname(path), `.rota-restore-${id}-${name}`, basename(base)),
      before: join(dirname(path), `.rota-before-${id}-${name}`),
      existed: existsSync(path),
    };
  });
}

function removeNames(swaps: readonly RootSwap[], names: readonly string[]): void {
  for (const name of names) {
    const [, root = '', ...rest] = name.split('/');
    const swap = swaps.find((one) => one.name === root);
    if (swap === undefined || rest.length === 0 || rest.includes('..')) continue;
    rmSync(bytesOfName([swap.fresh, ...rest].join('/')), { recursive: true, force: true });
  }
}

/** What becomes of a service whose receiving process died: it goes on when it was committed, else it is stopped for good. */
function guardWork({ services }: BundleSpec, verdict: string): string {
  const stops = services.map(({ stop }) => `  ${shellCommand(stop)}`).join('\n');
  return `set -- ${quoteForShell(verdict)}
if [ "$(${decideUndone})" = undone ]; then
${stops}
fi`;
}

/** In memory, so that a boot takes it away. */
function markerOf(host: Host, { services }: BundleSpec, id: string): string {
  const system = services.some(({ scope }) => scope === 'system');
  const runtime = system ? '/run' : (host.env.XDG_RUNTIME_DIR ?? `/run/user/${host.user.uid}`);
  return join(runtime, 'rota', `arrival-${id}`);
}

async function startService(host: Host, spec: BundleSpec, name: string, [file = '', ...args]: readonly string[]): Promise<void> {
  const { exitCode, signal, stderr } = await host.run({ file, args, timeoutMs: spec.hookTimeoutMs });
  if (exitCode === 0) return;
  const how = `${file} ended with ${exitCode ?? signal} (${stderr.trim().slice(0, 500)})`;
  throw new RotaError('ROTA_BUNDLE_HOOK', `Starting ${name} failed: ${how}`);
}

const guardMsOf = ({ downtimeBudgetMs }: BundleSpec): number => Math.max(downtimeBudgetMs * 10, 600_000);

async function restoreDumps(
  spec: BundleSpec,
  dumps: string,
  env: Readonly<Record<string, string>>,
  signal: AbortSignal,
): Promise<void> {
  for (const database of spec.databases) {
    if (database.kind !== 'command' || database.restore === undefined) continue;
    const input = join(dumps, `${database.name}.dump`);
    if (existsSync(input))
      await runWithFile(`Restoring ${database.name}`, database.restore, { input }, env, guardMsOf(spec), signal);
  }
}
