import type { LaunchFile } from '../../backend/launch-file.ts';
import { printJobKey } from '../../job/job-key.ts';
import { firesBetween } from '../../schedule/fires-between.ts';
import { previousFire } from '../../schedule/previous-fire.ts';
import type { Schedule } from '../../schedule/schedule.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { isAlive, type ProcessIdentity } from '../../state/process-identity.ts';
import { type AppendFiles, appendRecord } from '../record/append-record.ts';
import { instantSeconds, instantText } from '../record/instant-text.ts';
import { readRecords } from '../record/read-records.ts';
import { newRunId } from '../record/run-id.ts';
import type { RunRecord } from '../record/run-record.ts';
import { dueFire, punctual, tooLate } from './due-fire.ts';
import { withFollowing } from './finish-run.ts';
import {
  advance,
  type Claim,
  changeJobState,
  clockChange,
  type Following,
  type JobState,
  type JobStateFiles,
} from './job-state.ts';
import { orphansOf } from './orphans.ts';

/** What started the runner. */
export type RunCause =
  | { readonly kind: 'schedule' }
  /** A caller that evaluates the schedule itself names the fire time, in seconds. */
  | { readonly kind: 'fire'; readonly at: number }
  | { readonly kind: 'manual' }
  | { readonly kind: 'event' };

export interface AdmitInput {
  readonly launch: LaunchFile;
  readonly layout: NamespaceLayout;
  readonly files: JobStateFiles & AppendFiles;
  /** Of the gate; `null` for a job without a schedule. */
  readonly schedule: Schedule | null;
  readonly cause: RunCause;
  readonly nowMs: number;
  readonly owner: ProcessIdentity;
  /**
   * Called for each run that nobody has reported, once it has its record and before that is remembered: of a runner that is gone, or skipped. Killed
   * in between, the next runner calls it again. `failingBefore`: the run before it ended badly.
   */
  readonly onUnreported: (record: RunRecord, failingBefore: boolean) => void;
  /** Whether the job has told of its bad end by itself. @default never */
  readonly isTold?: (record: RunRecord) => boolean;
  /** Holds the named locks, or says why not. Asked last, and only where the policy does not wait for them. */
  readonly takeLocks: () => string | null;
}

export interface Admission {
  /** The run that may go on; `null`: nothing is due, or it is skipped. */
  readonly claim: Claim | null;
  /** Fire times that nobody noticed, when there are any. */
  readonly missed: number;
  /** Claims whose owners have to be ended. */
  readonly replaced: readonly Claim[];
  readonly failingBefore: boolean;
  /** Runs whose runner was gone before it had started their followers. */
  readonly cutOff: readonly Following[];
}

/** Fire times that came due during a run, recorded one by one up to this many. */
const overrunLimit = 100;

/** Decides, as one step for all runners of the job, whether and for which fire time this one runs, and claims that durably. */
export function admitRun(input: AdmitInput): Admission {
  return changeJobState(input.files, input.layout, input.launch, (before) => {
    const { state: swept, cutOff } = takeCutOff(sweep(before, input), input);
    const record = (made: RunRecord): void => {
      const written = recordOfFire(input, made);
      if (written === undefined) appendRecord(input.files, input.layout, made);
      input.onUnreported(written ?? made, swept.failing);
    };
    const wanted = wantedRun(swept, input);
    const answer = (state: JobState, rest: Partial<Admission>): readonly [JobState, Admission] => [
      state,
      { claim: null, missed: wanted.missed, replaced: [], failingBefore: swept.failing, cutOff, ...rest },
    ];
    if (wanted.kind === 'none') return answer(swept, { missed: 0 });
    const fire = wanted.fire;
    const state = fire === null ? swept : advance(recordOverruns(swept, input, fire, record), fire, input.nowMs / 1000);
    const skip = (reason: string): readonly [JobState, Admission] => {
      record(skippedRecord(input, fire, wanted.trigger, reason));
      return answer(state, {});
    };
    if (wanted.kind === 'skip') return skip(wanted.reason);
    if (fire !== null && isOverrun(swept, input, fire)) return skip(cameDueMeanwhile);

    const { followers, concurrency } = input.launch;
    const { policy } = concurrency;
    const active = policy === 'allow' ? [] : state.claims;
    const [first] = active;
    if (policy === 'forbid' && first !== undefined) return skip(goesOn(first));
    if (policy === 'queue' && active.some((claim) => claim.phase === 'waiting')) return skip('A run waits already.');
    const locked = input.takeLocks();
    if (locked !== null) return skip(locked);

    const claim: Claim = {
      runId: newRunId(input.nowMs),
      scheduledAt: fire === null ? null : instantText(fire),
      startedAt: new Date(input.nowMs).toISOString(),
      trigger: wanted.trigger,
      backend: input.launch.backend,
      owner: input.owner,
      phase: active.length > 0 ? 'waiting' : 'running',
      replaces: policy === 'replace' ? active.map((other) => other.runId) : [],
      ...(followers.length === 0 ? {} : { followers: followers.map(printJobKey) }),
    };
    return answer({ ...state, claims: [...state.claims, claim] }, { claim, replaced: policy === 'replace' ? active : [] });
  });
}

type Wanted =
  | { readonly kind: 'none'; readonly missed: number }
  | { readonly kind: 'run'; readonly fire: number | null; readonly trigger: RunRecord['trigger']; readonly missed: number }
  | {
      readonly kind: 'skip';
      readonly fire: number;
      readonly trigger: RunRecord['trigger'];
      readonly reason: string;
      readonly missed: number;
    };

function wantedRun(state: JobState, { launch, schedule, cause, nowMs }: AdmitInput): Wanted {
  const { gate } = launch;
  if (cause.kind === 'manual') return { kind: 'run', fire: null, trigger: 'manual', missed: 0 };
  if (cause.kind === 'event' || schedule === null || gate === null)
    return { kind: 'run', fire: null, trigger: 'event', missed: 0 };
  const now = nowMs / 1000;
  if (cause.kind === 'schedule' && launch.gated) {
    const due = dueFire(schedule, gate, state, now);
    return due.kind === 'none' ? { kind: 'none', missed: 0 } : due.kind === 'run' ? due : { ...due, trigger: 'catch-up' };
  }
  // Who started us starts at declared fire times only, perhaps late, and decides; we say which fire it was.
  const fire = cause.kind === 'fire' ? cause.at : previousFire(schedule, now);
  if (fire === null) return { kind: 'run', fire, trigger: 'schedule', missed: 0 };
  const remembered = state.handled !== null && state.handled - now < clockChange ? state.handled : null;
  const late = now - fire - (launch.nativeDelayMs ?? 0) / 1000;
  if (remembered !== null && fire <= remembered) {
    if (cause.kind === 'fire') return { kind: 'none', missed: 0 };
    // A scheduler whose clock was set back starts us once more for what it has started already; a start by hand comes at any time.
    const setBack = remembered > now + 1 || (state.lastRun?.from ?? 0) > now + 1;
    if (setBack && late <= punctual) return { kind: 'none', missed: 0 };
  }
  const trigger = late > punctual ? 'catch-up' : 'schedule';
  const reason = tooLate(gate, late);
  return reason === null ? { kind: 'run', fire, trigger, missed: 0 } : { kind: 'skip', fire, trigger, reason, missed: 0 };
}

/** Claims of runners that are gone: a run that has its record was only cut off before it could tidy up; any other was interrupted. */
function sweep(state: JobState, input: AdmitInput): JobState {
  const dead = state.claims.filter((claim) => !isAlive(input.files, claim.owner));
  if (dead.length === 0) return state;
  const orphans = orphansOf(new Set(dead.map((claim) => claim.runId)));
  const limitMs = input.launch.timeoutMs === null ? Number.POSITIVE_INFINITY : input.launch.timeoutMs + input.launch.graceMs;
  let next = state;
  const kept = new Set<string>();
  for (const claim of dead) {
    const fire = instantSeconds(claim.scheduledAt);
    if (fire !== null) next = advance(next, fire);
    if (claim.phase !== 'orphaned') {
      const written = recordOf(input.layout, claim);
      const made = written ?? interruptedRecord(input, claim);
      if (written === undefined) appendRecord(input.files, input.layout, made);
      input.onUnreported(made, next.failing);
      const stays = made.status === 'skipped' || input.isTold?.(made) === true;
      next = { ...next, failing: stays ? next.failing : made.status !== 'success' };
      if (made.status === 'success') next = withFollowing(next, claim, made.endedAt);
    }
    const left = orphans.get(claim.runId) ?? [];
    if (input.nowMs - Date.parse(claim.startedAt) > limitMs) for (const pid of left) killQuietly(pid);
    else if (left.length > 0) kept.add(claim.runId);
  }
  const claims = state.claims.filter((claim) => !dead.includes(claim) || kept.has(claim.runId));
  return { ...next, claims: claims.map((claim) => (kept.has(claim.runId) ? { ...claim, phase: 'orphaned' } : claim)) };
}

/** Of those whose runner was gone before it had started what follows them, this one tells from now on, and no other beside it. */
function takeCutOff(state: JobState, { files, owner }: AdmitInput): Pick<Admission, 'cutOff'> & { readonly state: JobState } {
  const cutOff = state.following.filter((one) => !isAlive(files, one.owner));
  if (cutOff.length === 0) return { state, cutOff };
  const following = state.following.map((one) => (cutOff.includes(one) ? { ...one, owner } : one));
  return { state: { ...state, following }, cutOff };
}

function recordOf(layout: NamespaceLayout, claim: Claim): RunRecord | undefined {
  const since = Date.parse(claim.startedAt) / 1000 - 86_400;
  for (const record of readRecords(layout, { since })) if (record.runId === claim.runId) return record;
  return undefined;
}

/** What a runner wrote that was killed before it could remember that the fire time is handled. */
function recordOfFire({ layout }: AdmitInput, { tenant, name, scheduledAt }: RunRecord): RunRecord | undefined {
  const fire = instantSeconds(scheduledAt);
  if (fire === null) return undefined;
  for (const record of readRecords(layout, { since: fire - 86_400, only: new Set([`${tenant}/${name}`]) })) {
    if (record.scheduledAt === scheduledAt) return record;
  }
  return undefined;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // it has just ended
  }
}

/** DETAILS: `forbid` records the fire times that came due during the last run, also where the native scheduler never started us for them. */
function recordOverruns(state: JobState, input: AdmitInput, fire: number, record: (made: RunRecord) => void): JobState {
  const span = forbiddenSpan(state, input);
  if (input.schedule === null || span === null) return state;
  const overrun = firesBetween(input.schedule, span.from, Math.min(span.to, fire)).slice(0, overrunLimit);
  for (const at of overrun) record(skippedRecord(input, at, 'schedule', cameDueMeanwhile));
  const last = overrun.at(-1);
  return last === undefined ? state : advance(state, last);
}

/** A timer of systemd that elapses while its service is active starts it as soon as that has ended; up to 256 nothing keeps it from that. */
function isOverrun(state: JobState, input: AdmitInput, fire: number): boolean {
  const span = forbiddenSpan(state, input);
  // Of a run that is yet to end by this clock nothing is known: it was set back.
  return span !== null && fire >= span.from && fire < span.to && span.to <= input.nowMs / 1000;
}

/** When, in seconds, what came due is skipped since the last run went on; `null`: never. */
function forbiddenSpan(
  { lastRun, handled }: JobState,
  { launch }: AdmitInput,
): { readonly from: number; readonly to: number } | null {
  if (lastRun === null || handled === null || launch.concurrency.policy !== 'forbid') return null;
  return { from: Math.max(handled + 1, lastRun.from), to: lastRun.to };
}

const cameDueMeanwhile = 'It came due while the run before it still went on.';

/** Why another run is not begun. */
export function goesOn({ runId, startedAt }: { readonly runId?: string; readonly startedAt: string }): string {
  return `The run ${runId === undefined ? '' : `${runId} `}that began at ${startedAt} still goes on.`;
}

export function skippedRecord(
  { launch, nowMs }: { readonly launch: Pick<LaunchFile, 'tenant' | 'name' | 'backend'>; readonly nowMs: number },
  fire: number | null,
  trigger: RunRecord['trigger'],
  reason: string,
): RunRecord {
  const at = new Date(nowMs).toISOString();
  return {
    tenant: launch.tenant,
    name: launch.name,
    runId: newRunId(nowMs),
    scheduledAt: fire === null ? null : instantText(fire),
    startedAt: at,
    endedAt: at,
    status: 'skipped',
    exitCode: null,
    signal: null,
    reason,
    durationMs: 0,
    attempts: 0,
    trigger,
    backend: launch.backend,
  };
}

function interruptedRecord({ launch, nowMs }: AdmitInput, claim: Claim): RunRecord {
  return {
    tenant: launch.tenant,
    name: launch.name,
    runId: claim.runId,
    scheduledAt: claim.scheduledAt,
    startedAt: claim.startedAt,
    endedAt: new Date(nowMs).toISOString(),
    status: 'interrupted',
    exitCode: null,
    signal: null,
    reason: 'Its end was not recorded: the runner was killed, the machine went down, or the state folder could not be written.',
    durationMs: Math.max(0, nowMs - Date.parse(claim.startedAt)),
    attempts: claim.phase === 'waiting' ? 0 : 1,
    trigger: claim.trigger,
    backend: claim.backend,
  };
}
