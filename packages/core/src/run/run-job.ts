import type { LaunchFile } from '../backend/launch-file.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { defineSchedule, type Schedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { ownIdentity } from '../state/process-identity.ts';
import { type Admission, admitRun } from './admit/admit-run.ts';
import { finishRun, forgetFollowing } from './admit/finish-run.ts';
import { type Claim, readJobState } from './admit/job-state.ts';
import { unmetDependency } from './admit/unmet-dependency.ts';
import { unmetRequirement } from './admit/unmet-requirement.ts';
import { namedLocks, waitForTurn } from './admit/wait-turn.ts';
import { maskText } from './attempt/mask-secrets.ts';
import { openOutputLog, outputFolder } from './attempt/output-log.ts';
import { alertsDonePath, prepareRun } from './attempt/prepare-run.ts';
import { runAttempts } from './attempt/run-attempts.ts';
import type { Cancel } from './cancel.ts';
import { stateProblem } from './failed-runner.ts';
import { appendRecord } from './record/append-record.ts';
import { cancelled, exitStatus, type Outcome } from './record/outcome.ts';
import { retainRuns } from './record/retain-runs.ts';
import type { RunRecord } from './record/run-record.ts';
import { startStopwatch } from './record/stopwatch.ts';
import type { RunJobInput } from './run-job-input.ts';
import { startFollowers } from './start-followers.ts';
import { isTold } from './tell/is-told.ts';
import { reportEnd, reportStart, type StartedReport } from './tell/report-run.ts';
import type { WaitingReport } from './tell/spool.ts';
import { endReports, spoolEnd } from './tell/spool-end.ts';
import { outputIsWatched, tellWatchers } from './tell/tell-watchers.ts';
import { tellCutOff, tellNotStarted } from './tell-not-started.ts';

/** One run of a job from the due gate to the last report. Resolves to the exit status of the runner. */
export async function runJob(input: RunJobInput): Promise<number> {
  const { launch, place, files, cause } = input;
  const locks = namedLocks({ files, layout: place.layout, launch });
  const schedule = scheduleOf(launch);
  const waits = launch.concurrency.policy !== 'forbid';
  const waiting: WaitingReport[] = [];
  const admission = admitRun({
    launch,
    layout: place.layout,
    files,
    schedule,
    cause,
    nowMs: Date.now(),
    owner: ownIdentity(files),
    isTold: (record) => isTold(input, record),
    onUnreported: (record, failing) => void waiting.push(...spoolEnd(input, record, record.reason ?? '', failing)),
    takeLocks: () => {
      const problem = waits ? null : locks.take();
      if (problem !== null) locks.release();
      return problem;
    },
  });
  try {
    if (admission.cutOff.length > 0) {
      waiting.push(...tellCutOff(input, admission.cutOff));
    }
    if (admission.claim !== null) {
      const code = await runClaimed(input, admission, admission.claim, locks, waiting);
      const queued = schedule === null ? null : queuedFire(input, schedule);
      return queued === null ? code : await runJob({ ...input, cause: { kind: 'fire', at: queued } });
    }
    await report(input, null, waiting);
    return 0;
  } finally {
    locks.release();
  }
}

/**
 * DETAILS: `queue` runs one afterwards for the fire times that came due during a run. systemd drops a start of a service that still runs, so
 * the runner sees to it; elsewhere another runner was started and waits. What systemd may yet start, after a delay of its own, is left to it.
 */
function queuedFire({ launch, place, files, cause, cancel }: RunJobInput, schedule: Schedule): number | null {
  if (launch.backend !== 'systemd' || launch.concurrency.policy !== 'queue' || cause.kind === 'manual' || cancel.aborted)
    return null;
  const fire = previousFire(schedule, (Date.now() - (launch.nativeDelayMs ?? 0)) / 1000);
  const state = readJobState(files, place.layout, launch);
  if (fire === null || state.claims.length > 0 || state.lastRun === null) return null;
  return fire > (state.handled ?? fire) && fire >= state.lastRun.from ? fire : null;
}

function scheduleOf({ gate }: LaunchFile): Schedule | null {
  return gate === null ? null : defineSchedule(gate.expression, loadZone(gate.timezone, { roots: gate.zoneRoots }));
}

async function runClaimed(
  input: RunJobInput,
  admission: Admission,
  claim: Claim,
  locks: ReturnType<typeof namedLocks>,
  waiting: readonly WaitingReport[],
): Promise<number> {
  const { launch, place, files, cancel } = input;
  const { layout } = place;
  const prepared = prepareRun(input, claim);
  const log = openOutputLog(outputFolder(layout, launch), claim.runId, launch.output);
  const { tenant, name } = launch;
  const of = { tenant, name, runId: claim.runId };
  let decoder: InstanceType<typeof TextDecoder> | undefined;
  const write = (bytes: Buffer): void => {
    log.write(bytes);
    input.echo?.(bytes);
    if (bytes.length === 0 || !outputIsWatched(files, layout)) return;
    decoder ??= new TextDecoder();
    const text = decoder.decode(bytes, { stream: true });
    if (text !== '') tellWatchers(files, layout, 'run:output', { ...of, text });
  };
  const note = (text: string): void => write(Buffer.from(`rota: ${maskText(text, prepared.secrets)}\n`));
  const sleep = (ms: number): Promise<void> => sleepUntil(ms, cancel);

  let times = startStopwatch();
  let started: StartedReport | null = null;
  const outcome = await (async (): Promise<Outcome> => {
    await sleep(claim.trigger === 'schedule' || claim.trigger === 'catch-up' ? launch.jitterMs : 0);
    const turn = await waitForTurn({ files, layout, launch, claim, replaced: admission.replaced, sleep, cancel });
    while (turn && !cancel.aborted && locks.take() !== null) await sleep(200);
    if (cancel.aborted) return cancelled(cancel, 0);
    times = startStopwatch();
    if (prepared.problems.length > 0) {
      for (const problem of prepared.problems) note(problem);
      return { status: 'failure', exitCode: null, signal: null, reason: prepared.problems.join(' '), attempts: 0 };
    }
    const unmet = await unmetCondition(input, prepared.env, sleep);
    if (cancel.aborted) return cancelled(cancel, 0);
    if (unmet !== null) return { status: 'skipped', exitCode: null, signal: null, reason: unmet, attempts: 0 };
    started = await beginReport(input, admission, claim, () => log.tail());
    tellWatchers(files, layout, 'run:start', of);
    const onRetry = (attempt: number, delayMs: number): void =>
      tellWatchers(files, layout, 'run:retry', { ...of, attempt, delayMs });
    return runAttempts({ launch, prepared, cancel, sleep, write, note, onRetry });
  })();

  const { startedMs, endedMs, durationMs } = times();
  const reason = outcome.reason === null ? null : maskText(outcome.reason, prepared.secrets);
  const record: RunRecord = {
    ...of,
    scheduledAt: claim.scheduledAt,
    startedAt: new Date(startedMs).toISOString(),
    endedAt: new Date(endedMs).toISOString(),
    ...outcome,
    reason,
    durationMs,
    trigger: claim.trigger,
    backend: launch.backend,
  };
  if (outcome.reason !== null && prepared.problems.length === 0) note(outcome.reason);
  const lost = log.close();
  if (lost !== null) process.stderr.write(`rota-run: ${launch.tenant}/${launch.name}: ${lost}\n`);
  let newFile: boolean;
  let end: readonly WaitingReport[] | undefined;
  const followed = outcome.status === 'success' && launch.followers.length > 0;
  try {
    newFile = appendRecord(files, layout, record);
    end = spoolEnd(input, record, log.tail(), admission.failingBefore);
    finishRun(files, layout, launch, record, isTold(input, record), followed ? claim : null);
    if (launch.alerts?.by === 'job') files.remove(alertsDonePath(layout, record.runId));
  } catch (error) {
    // The next runner finds the claim and makes up for what is missing; whoever started this one, and whoever is told, still learns how the job ended.
    process.stderr.write(
      `rota-run: ${launch.tenant}/${launch.name} ended in ${outcome.status}, but ${stateProblem(place, error)}\n`,
    );
    locks.release();
    end ??= endReports(input, record, log.tail(), admission.failingBefore).map((one) => ({ path: null, report: one }));
    await report(input, started, [...waiting, ...end]);
    return exitStatus(record);
  }
  locks.release();
  // Before the reports, which may take long.
  if (followed) end = [...end, ...(await follow(input, record))];
  await report(input, started, [...waiting, ...end]);
  if (newFile) retain(input, endedMs);
  return exitStatus(record);
}

/** Starts the jobs that follow. Killed before it is done, the next runner finds what was not started. */
async function follow(input: RunJobInput, ended: RunRecord): Promise<readonly WaitingReport[]> {
  const { launch, place, files } = input;
  const waiting: WaitingReport[] = [];
  try {
    for (const one of await startFollowers(launch, place)) {
      waiting.push(...tellNotStarted(input, ended, one));
    }
    forgetFollowing(files, place.layout, launch, [ended.runId]);
  } catch (error) {
    process.stderr.write(`rota-run: ${launch.tenant}/${launch.name}: ${stateProblem(place, error)}\n`);
  }
  return waiting;
}

/** Once a month, and whenever much was recorded: here too, since not every host has the maintenance job. It changes no outcome. */
function retain({ files, place }: RunJobInput, nowMs: number): void {
  try {
    retainRuns(files, place.layout, {}, nowMs);
  } catch (error) {
    process.stderr.write(`rota-run: old records could not be dropped: ${error instanceof Error ? error.message : error}\n`);
  }
}

/** Most jobs tell nobody. */
async function report(input: RunJobInput, started: StartedReport | null, waiting: readonly WaitingReport[]): Promise<void> {
  if (waiting.length === 0 && started === null && input.files.list(input.place.layout.spool).length === 0) return;
  await reportEnd(input, started, waiting);
}

async function beginReport(input: RunJobInput, admission: Admission, claim: Claim, tail: () => string) {
  if (input.launch.checkin === null && input.launch.alerts === null) return null;
  return reportStart(input, admission, claim, tail);
}

async function unmetCondition(
  { launch, place, cancel }: RunJobInput,
  env: NodeJS.ProcessEnv,
  sleep: (ms: number) => Promise<void>,
) {
  const { requires, dependsOn, workingDir } = launch;
  const asked = requires.commands.length + requires.files.length + requires.units.length > 0;
  if (asked || requires.network !== undefined || requires.power !== undefined) {
    const unmet = await unmetRequirement({ requires, workingDir, env, sleep, cancel });
    if (unmet !== null) return unmet;
  }
  if (dependsOn.length === 0) return null;
  return unmetDependency(place.layout, dependsOn, Date.now());
}

function sleepUntil(ms: number, cancel: Cancel): Promise<void> {
  if (ms <= 0 || cancel.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(finish, Math.min(ms, 2 ** 31 - 1));
    function finish(): void {
      clearTimeout(timer);
      cancel.removeEventListener('abort', finish);
      resolve();
    }
    cancel.addEventListener('abort', finish);
  });
}
