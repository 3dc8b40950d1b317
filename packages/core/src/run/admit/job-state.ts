import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import type { JobKey } from '../../job/job.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import type { ProcessIdentity } from '../../state/process-identity.ts';
import { instantSeconds, instantText } from '../record/instant-text.ts';
import type { RunRecord } from '../record/run-record.ts';
import { holdBriefly } from './exclusive.ts';

/** A run that has begun and has no record yet. Written durably before the process starts. */
export interface Claim extends Pick<RunRecord, 'runId' | 'scheduledAt' | 'startedAt' | 'trigger' | 'backend'> {
  readonly owner: ProcessIdentity;
  /** `orphaned`: its runner is gone and it is recorded, but processes that it started still run. */
  readonly phase: 'waiting' | 'running' | 'orphaned';
  /** Run ids that it ends and takes the place of. */
  readonly replaces: readonly string[];
  /** Jobs that are to follow it, as `tenant/name`. @default none */
  readonly followers?: readonly string[];
}

/** A run that ended well, of whose followers nobody has said yet that they are started. Its owner starts them while it lives. */
export interface Following extends Pick<Claim, 'runId' | 'owner' | 'followers'> {
  readonly endedAt: string;
}

/** What the runners of one job share: one small file, changed only under the job's lock. */
export interface JobState {
  /** Fire times up to here have been started, skipped or declared past: seconds since the epoch. */
  readonly handled: number | null;
  /** How far `handled` had come when the clock was set back by so much that it had to go back; later on, that is not caught up once more. */
  readonly reached: number | null;
  readonly claims: readonly Claim[];
  /** When the last run that was not skipped began and ended, in seconds. */
  readonly lastRun: { readonly from: number; readonly to: number } | null;
  /** Whether the last outcome was bad, for the notice of recovery. */
  readonly failing: boolean;
  readonly following: readonly Following[];
}

export type JobStateFiles = Pick<Files, 'readText' | 'list' | 'makeFolder' | 'removeFolder' | 'write' | 'append'>;

/** As it stands in the file. */
interface Stored extends Omit<JobState, 'handled' | 'reached' | 'following'> {
  readonly handled: string | null;
  readonly reached?: string;
  readonly following?: readonly Following[];
}

const empty: JobState = { handled: null, reached: null, claims: [], lastRun: null, failing: false, following: [] };

/** DETAILS: a jump of the clock of three hours or more is a correction of the clock, not time that passed. Seconds. */
export const clockChange = 3 * 3600;

/** A file of more lines is written anew with the last one alone. */
const longest = 16 * 1024;

export function readJobState(files: Pick<Files, 'readText'>, layout: NamespaceLayout, key: JobKey): JobState {
  return lastState(files.readText(statePath(layout, key)));
}

/**
 * Changes a job's state as one step that no other runner sees half of. `work` gets the state and answers the next one and a result.
 * The next state is appended as one line and the last whole line counts: one sync instead of the two of a replaced file.
 *
 * @param sync false for what may be lost when the power fails
 */
export function changeJobState<T>(
  files: JobStateFiles,
  layout: NamespaceLayout,
  key: JobKey,
  work: (state: JobState) => readonly [JobState, T],
  sync = true,
): T {
  return holdBriefly(files, join(layout.runLocks, `job.${key.tenant}.${key.name}`), () => {
    const path = statePath(layout, key);
    const text = files.readText(path) ?? '';
    const before = lastState(text);
    const [after, result] = work(before);
    if (after === before) return result;
    const { handled, reached, following, ...rest } = after;
    const stored: Stored = {
      handled: handled === null ? null : instantText(handled),
      ...(reached === null ? {} : { reached: instantText(reached) }),
      ...rest,
      ...(following.length === 0 ? {} : { following }),
    };
    const line = `${JSON.stringify(stored)}\n`;
    const torn = text !== '' && !text.endsWith('\n');
    if (torn || text.length > longest) files.write(path, line);
    else files.append(path, line, 0o600, sync);
    return result;
  });
}

/** The state of the last line that was written whole. Without a memory the gate catches nothing up. */
function lastState(text: string | undefined): JobState {
  const lines = (text ?? '').split('\n').slice(0, -1);
  for (const line of lines.reverse()) {
    try {
      const value: Partial<Stored> = JSON.parse(line);
      return {
        handled: instantSeconds(value.handled),
        reached: instantSeconds(value.reached),
        claims: Array.isArray(value.claims) ? value.claims.filter(isOwned) : [],
        lastRun: value.lastRun ?? null,
        failing: value.failing === true,
        following: Array.isArray(value.following) ? value.following.filter(isOwned) : [],
      };
    } catch {
      // damaged by the disk; the line before it is the best that is known
    }
  }
  return empty;
}

function isOwned(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || !('owner' in value) || !('runId' in value)) return false;
  const { owner } = value;
  return typeof owner === 'object' && owner !== null && 'pid' in owner && typeof owner.pid === 'number';
}

/** Fire times up to `instant` (seconds since the epoch) count as handled from now on. Goes backwards only as `advance` does, and never without `now`. */
export function seedHandled(
  files: JobStateFiles,
  layout: NamespaceLayout,
  key: JobKey,
  instant: number,
  now = Number.POSITIVE_INFINITY,
): void {
  changeJobState(files, layout, key, (state) => [advance(state, instant, now), undefined]);
}

/** The last handled fire time of a job in seconds since the epoch; `null` before there is one. */
export function readHandled(files: Pick<Files, 'readText'>, layout: NamespaceLayout, key: JobKey): number | null {
  return readJobState(files, layout, key).handled;
}

/**
 * The state with everything up to `instant` handled; never goes backwards, except where the memory is of a future that the clock was since set back
 * from: then it would suppress what it should not. All in seconds.
 */
export function advance(state: JobState, instant: number, now = instant): JobState {
  const { handled } = state;
  if (handled === null || handled < instant) {
    const reached = state.reached !== null && state.reached > instant ? state.reached : null;
    return { ...state, handled: instant, reached };
  }
  if (handled - now < clockChange) return state;
  return { ...state, handled: instant, reached: Math.max(handled, state.reached ?? handled) };
}

function statePath(layout: NamespaceLayout, key: JobKey): string {
  return join(layout.handled, `${key.tenant}.${key.name}.jsonl`);
}
