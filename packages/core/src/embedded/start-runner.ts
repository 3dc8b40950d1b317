import { spawn } from 'node:child_process';
import { launcherCall } from '../host/launcher-call.ts';
import { signalGroup } from '../run/attempt/process-group.ts';
import { stopVariable } from '../run/launch/stop-input.ts';

/** What is started for a run. */
export interface StartRunnerInput {
  /** Absolute path. */
  readonly launcher: string;
  /** The launch file first, then options of the runner. */
  readonly args: readonly string[];
  /** How long the job has between TERM and KILL. */
  readonly graceMs: number;
}

/** A runner that was started. */
export interface StartedRunner {
  /** Asks it to end, and ends it when it has not done so long after its job's grace. */
  stop(): void;
  /** Never rejects; `null` when a signal ended it or it could not be started. */
  readonly ended: Promise<number | null>;
}

/** Starts the runner of a job without waiting for it. Never throws; what cannot be started has ended with `null`. */
export type StartRunner = (input: StartRunnerInput) => StartedRunner;

/** Time that a runner has beyond its job's grace for the hooks after the job, to record and to report; as much as on systemd. */
export const tidyMs = 90_000;
/** Who ends runs by their claims ends with them what a runner has started, and is to come first. */
const laterMs = 5_000;

/**
 * Starts a runner in a session of its own, so that an interrupt of the terminal reaches it through us only. Windows has no TERM, and ending the
 * command file would leave its runner behind: there the end of the runner's input asks it to end, which it also sees when we are gone.
 */
export const startRunner: StartRunner = ({ launcher, args, graceMs }) => {
  const call = launcherCall(launcher, args);
  const windows = process.platform === 'win32';
  const child = spawn(call.file, [...call.args], {
    detached: !windows,
    windowsHide: true,
    windowsVerbatimArguments: call.verbatim,
    stdio: [windows ? 'pipe' : 'ignore', 'inherit', 'inherit'],
    env: windows ? { ...process.env, [stopVariable]: '1' } : process.env,
  });
  let killTimer: NodeJS.Timeout | undefined;
  const ended = new Promise<number | null>((resolve) => {
    child.on('error', () => resolve(null));
    // A runner that has ended reads no more.
    child.stdin?.on('error', () => undefined);
    child.on('exit', (code) => resolve(code));
  });
  void ended.then(() => clearTimeout(killTimer));
  return {
    ended,
    stop() {
      if (windows) child.stdin?.end();
      else child.kill('SIGTERM');
      killTimer = setTimeout(
        () => {
          if (windows && child.pid !== undefined) signalGroup(child.pid, 'SIGKILL');
          else child.kill('SIGKILL');
        },
        graceMs + tidyMs + laterMs,
      );
    },
  };
};
