import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { timeLimit } from '../host/time-limit.ts';
import type { JobKey } from '../job/job.ts';
import { dueFire } from '../run/admit/due-fire.ts';
import { readJobState, seedHandled } from '../run/admit/job-state.ts';
import { instantText } from '../run/record/instant-text.ts';
import { retainRuns } from '../run/record/retain-runs.ts';
import { nextFire } from '../schedule/next-fire.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { namespaceLayout } from '../state/layout.ts';
import { checkState } from '../state/state-format.ts';
import { watchClock } from './clock-watch.ts';
import { eachByItself } from './each-by-itself.ts';
import { entryReader, type ReadyEntry } from './read-entries.ts';
import { holdRunAll } from './run-all-lock.ts';
import { spoolFlusher } from './spool-flusher.ts';
import { type StartRunner, startRunner } from './start-runner.ts';
import { stopRuns } from './stop-runs.ts';

/** How the foreground runner is told to stop, and whom it tells what it does. */
export interface RunAllOptions {
  /** Aborting stops: nothing new is started; running jobs, whoever started them, get TERM and then their grace. */
  readonly signal: AbortSignal;
  /** Told of everything that it does, in order. */
  readonly onEvent?: (event: RunAllEvent) => void;
  /** Seconds that have passed, suspend included. @default the system's uptime */
  readonly elapsedSeconds?: () => number;
  /** Starts the runner of a job. @default the launcher of the state folder, as a process */
  readonly start?: StartRunner;
}

/**
 * What the foreground runner does. `started` and `ended` belong to a run; `scheduledAt` (`YYYY-MM-DDTHH:MM:SSZ`) is `null` for an
 * event, `exitCode` for a runner that a signal ended or that could not be started. `clock-changed`: the wall clock was set
 * forward by three hours or more. `problem`: something could not be read; the rest goes on.
 */
export type RunAllEvent =
  | { readonly kind: 'started'; readonly job: JobKey; readonly namespace: string; readonly scheduledAt: string | null }
  | { readonly kind: 'ended'; readonly job: JobKey; readonly namespace: string; readonly exitCode: number | null }
  | { readonly kind: 'clock-changed' }
  | { readonly kind: 'problem'; readonly message: string };

/** New entries and changes of the clock are seen within this time; DETAILS asks for 30 s at most. */
const lookEveryMs = 5_000;
const flushEveryMs = 60_000;
const retainEveryMs = 6 * 3_600_000;

/**
 * Runs the jobs of this state folder's embedded entries in the foreground until the signal aborts: every declared fire time at most once, what was
 * missed as declared, boot jobs once at the start. Each look asks the wall clock and the memory of handled fires anew, so suspend, a
 * changed clock and a restart need no special care.
 *
 * @throws ROTA_LOCK_HELD when another process already does it; ROTA_STATE_NEWER, ROTA_STATE_FOREIGN, ROTA_STATE_DAMAGED
 */
export async function runAll(host: Host, options: RunAllOptions): Promise<void> {
  checkState(host);
  const lock = holdRunAll(host);
  if (!lock.held) {
    throw new RotaError('ROTA_LOCK_HELD', `Process ${lock.holder.pid} already runs the jobs of ${host.stateDir}.`, {
      suggestions: [`End it first: kill ${lock.holder.pid}`],
    });
  }
  try {
    await serve(host, options);
  } finally {
    lock.release();
  }
}

async function serve(host: Host, { signal, onEvent, elapsedSeconds, start = startRunner }: RunAllOptions): Promise<void> {
  const tell = (event: RunAllEvent): void => onEvent?.(event);
  const onProblem = (message: string): void => tell({ kind: 'problem', message });
  const entries = entryReader(host, onProblem);
  const byItself = eachByItself(onProblem);
  const clock = watchClock(host.now(), elapsedSeconds);
  const running = new Set<{ stop(): void; readonly ended: Promise<void> }>();
  /** The fire that a job's runner was last started for, until that runner has claimed it. */
  const started = new Map<string, number>();

  const launch = (ready: ReadyEntry, scheduledAt: number | null): void => {
    const { namespace, entry } = ready;
    const at = scheduledAt === null ? null : instantText(scheduledAt);
    const args = [entry.launchFile, ...(at === null ? ['--event', 'boot'] : ['--scheduled-at', at])];
    tell({ kind: 'started', job: entry, namespace, scheduledAt: at });
    const runner = start({ launcher: ready.launcher, args, graceMs: ready.launch.graceMs });
    const ended = runner.ended.then((exitCode) => {
      running.delete(item);
      tell({ kind: 'ended', job: entry, namespace, exitCode });
    });
    const item = { stop: runner.stop, ended };
    running.add(item);
  };

  for (const ready of entries.read()) if (ready.launch.gate === null && isBoot(ready)) launch(ready, null);
  const flush = spoolFlusher(host, onProblem);
  let flushAgain = (): boolean => true;
  let retainAgain = flushAgain;
  while (!signal.aborted) {
    const now = host.now();
    const ready = entries.read();
    if (clock.jumpedForward(now)) {
      for (const one of ready) byItself(`${keyOf(one)} after the change of the clock`, () => passOver(host, one, now));
      tell({ kind: 'clock-changed' });
    }
    for (const one of ready) {
      const key = keyOf(one);
      const fire = byItself(key, () => dueNow(host, one, now)) ?? null;
      if (fire === null || started.get(key) === fire) continue;
      started.set(key, fire);
      launch(one, fire);
    }
    if (flushAgain()) {
      flushAgain = timeLimit(host, flushEveryMs);
      void flush(ready);
    }
    if (retainAgain()) {
      retainAgain = timeLimit(host, retainEveryMs);
      for (const namespace of new Set(ready.map((one) => one.namespace)))
        byItself(`${namespace}, its old records`, () =>
          retainRuns(host.files, namespaceLayout(host.stateDir, namespace), {}, now),
        );
    }
    await host.sleep(pauseMs(ready, host.now()), signal);
  }
  for (const item of running) item.stop();
  const stopOthers = (): Promise<void> => stopRuns(host, entries.read(), byItself);
  await Promise.all([stopOthers(), ...[...running].map((item) => item.ended)]);
  // What followed those that ended well meanwhile.
  await stopOthers();
}

function keyOf({ namespace, entry }: ReadyEntry): string {
  return `${namespace}/${entry.tenant}/${entry.name}`;
}

function isBoot({ entry }: ReadyEntry): boolean {
  return 'event' in entry.on && entry.on.event === 'boot';
}

function dueNow(host: Host, { namespace, launch, schedule }: ReadyEntry, nowMs: number): number | null {
  if (schedule === null || launch.gate === null) return null;
  const state = readJobState(host.files, namespaceLayout(host.stateDir, namespace), launch);
  const due = dueFire(schedule, launch.gate, state, nowMs / 1000);
  // A fire that is too late is the runner's to record as skipped.
  return due.kind === 'none' ? null : due.fire;
}

/** DETAILS: a jump of three hours or more is a clock change, after which nothing is caught up. */
function passOver(host: Host, { namespace, launch, schedule }: ReadyEntry, nowMs: number): void {
  const fire = schedule === null ? null : previousFire(schedule, nowMs / 1000 - 60);
  if (fire !== null) seedHandled(host.files, namespaceLayout(host.stateDir, namespace), launch, fire);
}

/** To the next fire time, but never for long: entries, clock and machine may change meanwhile. */
function pauseMs(entries: readonly ReadyEntry[], nowMs: number): number {
  let pause = lookEveryMs;
  for (const { schedule } of entries) {
    const next = schedule === null ? null : nextFire(schedule, nowMs / 1000);
    if (next !== null) pause = Math.min(pause, Math.max(next * 1000 - nowMs, 1));
  }
  return pause;
}
