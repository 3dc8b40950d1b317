import { randomBytes } from 'node:crypto';
import { type BigIntStats, rmSync } from 'node:fs';
import { join } from 'node:path';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import { instantText } from '../../run/record/instant-text.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { MovedOnError } from '../format/file-in-place.ts';
import { interruptible, untilAborted } from '../interruption.ts';
import { refuseMoved } from '../migrate/tombstone.ts';
import { recoverBefore } from '../recover-before.ts';
import { hookEnvironment, runHooks } from '../service/run-hook.ts';
import type { BundleSpec } from '../spec/bundle-spec.ts';
import type { Sidecar } from '../store/bundle-store.ts';
import { openStore } from '../store/open-store.ts';
import { factsOf } from './capture-index.ts';
import type { CaptureInput, CaptureResult } from './capture-input.ts';
import { confirmUnchanged, findUnchanged } from './confirm-unchanged.ts';
import { neededBytes } from './needed-bytes.ts';
import { type Attempt, type Prepared, packBundle } from './pack-bundle.ts';
import { type CapturePlan, freeBytes, planCapture } from './plan-capture.ts';
import { stageState } from './stage-state.ts';

/**
 * Captures the state of a job. What it stops is started again as soon as everything is read, and in any case: an error starts it, a guard
 * outside this process starts it when this process dies. The bundle is read back and compared before it counts.
 *
 * @throws ROTA_BUNDLE_DECLARATION when keys have no policy, before anything is stopped; ROTA_BUNDLE_SPACE, ROTA_BUNDLE_HOOK,
 *   ROTA_BUNDLE_CAPTURE, ROTA_INTERRUPTED, ROTA_LOCK_HELD
 */
export async function captureBundle(input: CaptureInput): Promise<CaptureResult> {
  const { host, namespace, spec, signal } = input;
  openState(host);
  const layout = bundleLayout(host.stateDir, namespace);
  const store = input.store ?? openStore(host, namespace, spec);
  const locked = (work: () => Promise<CaptureResult>): Promise<CaptureResult> =>
    withLock(host, layout.lock, { purpose: `capture ${spec.tenant}/${spec.name}`, signal }, work);
  const then = 'what was stopped runs again, and no bundle was made';
  return await interruptible('The capture', signal, then, () =>
    locked(async () => {
      const notes = [...(await recoverBefore(host, namespace, spec))];
      if (input.withArtifact === true && input.artifact === undefined)
        throw new RotaError(
          'ROTA_BUNDLE_ARTIFACT',
          `What ${spec.tenant}/${spec.name} runs as here is not known, so it cannot be packed.`,
          {
            suggestions: ['Only targets have artifacts: `rota targets deploy NAME`, or `rota targets mark-deployed NAME`.'],
          },
        );
      refuseMoved(host, namespace, spec);
      // A store that cannot be reached is better known before anything is stopped.
      const kept = await store.list();
      const ahead = kept
        .filter(
          ({ tenant, name, createdAt }) =>
            tenant === spec.tenant && name === spec.name && Date.parse(createdAt) > host.now() + 60_000,
        )
        .at(-1);
      if (ahead !== undefined)
        notes.push(
          `The bundle ${ahead.id} is dated ${ahead.createdAt}, which is yet to come: a clock is or was wrong, and which bundle is the newest cannot be told.`,
        );
      const seen = factsOf(spec, host.now());
      const room = neededBytes(spec);
      const look = (name: string, stats: BigIntStats): void => {
        seen.add(name, stats);
        room.add(name, stats);
      };
      const plan = await planCapture(spec, signal, look, host);
      input.onProgress?.('look', plan.entries, plan.entries);
      refuse(plan, spec);
      const unchanged = input.full === true ? undefined : findUnchanged(input, kept, seen.digest());
      if (unchanged !== undefined) {
        const confirmed = await confirmUnchanged(input, store, unchanged);
        return { ...confirmed, notes: [...notes, ...confirmed.notes] };
      }
      const id = randomBytes(8).toString('hex');
      const work = join(layout.work, `capture-${id}`);
      host.files.makeFolder(work, 0o700);
      const needed = room.total();
      if (freeBytes(work) < needed)
        throw new RotaError('ROTA_BUNDLE_SPACE', `A capture needs ${Math.ceil(needed / 1e6)} MB free at ${work}.`, {
          suggestions: ['Make room, or put the state folder on a larger disk: --state-dir DIR.'],
        });
      const env = hookEnvironment(spec, new Map());
      let outcome: string = 'failed';
      try {
        if (!(await runHooks(untilAborted(host, signal), spec, 'beforeCapture', env))) {
          outcome = 'skipped';
          return { outcome: 'skipped', bundle: null, place: store.place, problems: [], notes, stopped: [], downtimeMs: 0 };
        }
        const createdAt = captureTime(host.now(), kept);
        const result = await captureInto(input, { id, createdAt, work, plan, store, env });
        outcome = result.outcome;
        return { ...result, notes: [...notes, ...result.notes] };
      } catch (error) {
        if (isRotaError(error) || signal?.aborted) throw error;
        throw new RotaError(
          'ROTA_BUNDLE_CAPTURE',
          `The capture failed: ${error instanceof Error ? error.message : String(error)}`,
          {
            cause: error,
          },
        );
      } finally {
        await runHooks(host, spec, 'afterCapture', { ...env, ROTA_BUNDLE_OUTCOME: outcome }).catch((error: unknown) => {
          if (outcome !== 'failed') throw error;
        });
        // A service that could not be started keeps its journal, so that the next command tries again.
        if (host.files.readText(join(work, 'downtime.json')) === undefined) rmSync(work, { recursive: true, force: true });
      }
    }),
  );
}

/** Now; a second later than the newest bundle where two fall into one second, or nobody could tell which is the later. */
function captureTime(nowMs: number, kept: readonly Sidecar[]): string {
  const now = Math.floor(nowMs / 1000);
  const newest = Math.max(...kept.map(({ createdAt }) => Date.parse(createdAt) / 1000).filter((at) => at < now + 60));
  return instantText(Math.max(now, newest + 1));
}

async function captureInto(input: CaptureInput, prepared: Prepared): Promise<CaptureResult> {
  try {
    return await stageAndPack(input, prepared);
  } catch (error) {
    if (!(error instanceof MovedOnError)) throw error;
    // It is written to after all: once more, with copies of everything. What stands in the first folder would be in the way.
    const again = join(prepared.work, 'again');
    input.host.files.makeFolder(again, 0o700);
    return await stageAndPack(input, { ...prepared, again });
  }
}

async function stageAndPack(input: CaptureInput, prepared: Attempt): Promise<CaptureResult> {
  const staged = await stageState(input, prepared);
  try {
    return await packBundle(input, prepared, staged);
  } catch (error) {
    // A file can be written to without a trace in its times, as through a mapping. Copies cannot.
    if (staged.inPlace.size > 0 && prepared.again === undefined && isRotaError(error) && error.code === 'ROTA_BUNDLE_MISMATCH')
      throw new MovedOnError(error.message, { cause: error });
    throw error;
  } finally {
    staged.entries.close();
  }
}

function refuse({ findings }: CapturePlan, spec: BundleSpec): void {
  const errors = findings.filter(({ severity }) => severity === 'error');
  const [first] = errors;
  if (first === undefined) return;
  throw new RotaError(
    'ROTA_BUNDLE_DECLARATION',
    `The state of ${spec.tenant}/${spec.name} cannot be captured as it is declared: ${first.message}${errors.length > 1 ? ` And ${errors.length - 1} more.` : ''} Nothing was stopped.`,
    {
      issues: errors,
      suggestions: errors.flatMap(({ suggestion }) => (suggestion === undefined ? [] : [suggestion])).slice(0, 5),
    },
  );
}
