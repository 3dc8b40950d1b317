import { setPriority } from 'node:os';
import type { LaunchFile } from '../../backend/launch-file.ts';
import { type Cancel, createCancel } from '../cancel.ts';
import { cancelled, type Outcome } from '../record/outcome.ts';
import { createMasker } from './mask-secrets.ts';
import type { PreparedRun } from './prepare-run.ts';
import { retryDelayMs } from './retry-delay.ts';
import { runHooks } from './run-hooks.ts';
import { type ProcessEnd, type RunProcess, runProcess } from './run-process.ts';

export interface AttemptsInput {
  readonly launch: LaunchFile;
  readonly prepared: PreparedRun;
  readonly cancel: Cancel;
  readonly sleep: (ms: number) => Promise<void>;
  readonly write: (bytes: Buffer) => void;
  readonly note: (text: string) => void;
  /** The attempt of this number ended badly, and another one follows. */
  readonly onRetry: (attempt: number, delayMs: number) => void;
}

/** How long the hooks after a job may take in all once the runner was told to end, and what is left of them then: who told it waits two minutes at most. */
const afterCancelMs = 60_000;
const hookGraceMs = 10_000;

/** The hooks and the process itself, again after a bad end as often as `retry` allows. */
export async function runAttempts(input: AttemptsInput): Promise<Outcome> {
  const { launch, cancel, note } = input;
  setNice(launch.nice, note);
  const { hooks } = launch;
  const before = await withOutput(input, (request) => runHooks('before', hooks.before, request, false));
  let outcome: Outcome;
  if (before !== null) outcome = { status: 'failure', exitCode: null, signal: null, reason: before, attempts: 0 };
  else outcome = await attempts(input);
  if (cancel.aborted && outcome.status !== 'success')
    outcome = { ...cancelled(cancel, outcome.attempts), exitCode: outcome.exitCode };
  const told = { ROTA_STATUS: outcome.status, ROTA_EXIT_CODE: String(outcome.exitCode ?? '') };
  const after =
    outcome.status === 'success' ? (['onSuccess', hooks.onSuccess] as const) : (['onFailure', hooks.onFailure] as const);
  // What comes after the job is not cancelled with it, and does not change how it ended.
  const timeIsUp = laterThan(cancel, afterCancelMs);
  for (const [name, commands] of [after, ['always', hooks.always] as const]) {
    const problem = await withOutput(input, (request) => {
      const graceMs = Math.min(request.graceMs, hookGraceMs);
      return runHooks(name, commands, { ...request, graceMs, env: { ...request.env, ...told }, cancel: timeIsUp.signal }, true);
    });
    if (problem !== null) note(problem);
  }
  timeIsUp.forget();
  return outcome;
}

/** Aborted that long after `signal` is. */
function laterThan(signal: Cancel, ms: number): { readonly signal: Cancel; readonly forget: () => void } {
  const later = createCancel();
  let timer: NodeJS.Timeout | undefined;
  const begin = (): void => {
    timer = setTimeout(() => later.abort(signal.reason), ms);
  };
  if (signal.aborted) begin();
  else signal.addEventListener('abort', begin);
  return {
    signal: later.cancel,
    forget() {
      clearTimeout(timer);
      signal.removeEventListener('abort', begin);
    },
  };
}

async function attempts(input: AttemptsInput): Promise<Outcome> {
  const { launch, cancel, sleep, note } = input;
  for (let attempt = 1; ; attempt++) {
    const end = await withOutput(input, (request) => runProcess({ ...request, command: launch.command, shell: launch.shell }));
    if (end.exitCode === 0 && !end.timedOut) return { ...outcomeOf(end, attempt), status: 'success' };
    const outcome = outcomeOf(end, attempt);
    if (cancel.aborted) return outcome;
    const delayMs = retryDelayMs(launch.retry, attempt);
    if (delayMs === null) return outcome;
    note(
      `Attempt ${attempt} ended in ${outcome.status}${outcome.reason === null ? '' : ` (${outcome.reason})`}; the next one starts in ${delayMs / 1000} s.`,
    );
    input.onRetry(attempt, delayMs);
    await sleep(delayMs);
    if (cancel.aborted) return outcome;
  }
}

function outcomeOf({ exitCode, signal, timedOut, problem }: ProcessEnd, attempt: number): Outcome {
  return { status: timedOut ? 'timeout' : 'failure', exitCode, signal, reason: problem, attempts: attempt };
}

/** Output of both streams goes to the log as it comes, each masked on its own. */
async function withOutput<T>(
  { launch, prepared, cancel, write }: AttemptsInput,
  work: (request: Omit<RunProcess, 'command' | 'shell'>) => Promise<T>,
): Promise<T> {
  const masker = { stdout: createMasker(prepared.secrets), stderr: createMasker(prepared.secrets) };
  const { workingDir: cwd, timeoutMs, graceMs } = launch;
  const onOutput: RunProcess['onOutput'] = (bytes, stream) => write(masker[stream].write(bytes));
  const result = await work({ cwd, env: prepared.env, timeoutMs, graceMs, cancel, onOutput });
  write(masker.stdout.end());
  write(masker.stderr.end());
  return result;
}

/** Our own, so that the job has it from its first instruction on. */
function setNice(nice: number | null, note: (text: string) => void): void {
  if (nice === null) return;
  try {
    setPriority(nice);
  } catch {
    note(`\`nice: ${nice}\` was not allowed; the job runs without it.`);
  }
}
