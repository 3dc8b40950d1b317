import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { RunCause } from './admit/admit-run.ts';
import { recordUnbegunRuns, takeWord } from './admit/unbegun-runs.ts';
import { takeAsked } from './asked-run.ts';
import { type Cancel, createCancel } from './cancel.ts';
import { describeRun } from './describe-run.ts';
import { tellFailedRunner } from './failed-runner.ts';
import { readLaunchFile } from './launch/read-launch-file.ts';
import { onStopInput } from './launch/stop-input.ts';
import { instantSeconds } from './record/instant-text.ts';
import { exitConfig, exitSoftware } from './record/outcome.ts';
import { recordBadLaunchFile } from './record-bad-launch-file.ts';
import { runJob } from './run-job.ts';

const usage = 'Usage: rota-run LAUNCHFILE [--manual | --event NAME | --scheduled-at INSTANT | --dry-run-json]';

/** `rota-run`: one run of one job, started by a scheduler. Answers the exit status. */
async function main(argv: readonly string[]): Promise<number> {
  const [path, option, value, ...rest] = argv;
  const cause = causeOf(option, value);
  if (path === undefined || path.startsWith('--') || cause === null || rest.length > 0) {
    process.stderr.write(`${usage}\n`);
    return 64;
  }
  const read = readLaunchFile(nodeFiles, path);
  if (read.place !== undefined) takeWord(nodeFiles, read.place.layout);
  if (!read.ok) {
    process.stderr.write(`rota-run: ${read.problem}\n`);
    if (option !== '--dry-run-json' && read.place !== undefined) {
      recordBadLaunchFile(nodeFiles, read.place, read.blame, read.problem, cause.kind);
    }
    return exitConfig;
  }
  const { launch, place } = read;
  // The channel of a plugin may print, too.
  prints = option === '--dry-run-json' || launch.backend === 'systemd' || launch.alerts !== null;
  if (option === '--dry-run-json') {
    process.stdout.write(`${JSON.stringify(describeRun(launch, place, nodeFiles, process.env), null, 2)}\n`);
    return 0;
  }
  // The journal keeps what a systemd service prints; cron would mail it, and elsewhere nobody reads it.
  const echo = launch.backend === 'systemd' ? (bytes: Buffer) => void process.stdout.write(bytes) : null;
  const asked = takeAsked(nodeFiles, place.layout, launch, Date.now());
  const byHand = cause.kind === 'schedule' && (asked || untriggered(launch));
  const actual: RunCause = byHand ? { kind: 'manual' } : cause;
  const input = { launch, place, files: nodeFiles, cause: actual, env: process.env, cancel: cancelOnSignals(), echo };
  try {
    recordUnbegunRuns(nodeFiles, place.layout, Date.now());
    return await runJob(input);
  } catch (error) {
    return tellFailedRunner(error, input);
  }
}

/** A service of systemd that no timer has ever triggered (systemd.exec(5), TRIGGER_UNIT, from 252 on) was started by hand. */
function untriggered({ backend, gate }: LaunchFile): boolean {
  const { INVOCATION_ID, TRIGGER_UNIT } = process.env;
  return backend === 'systemd' && gate !== null && INVOCATION_ID !== undefined && TRIGGER_UNIT === undefined;
}

function causeOf(option: string | undefined, value: string | undefined): RunCause | null {
  if (option === undefined || (option === '--dry-run-json' && value === undefined)) return { kind: 'schedule' };
  if (option === '--manual' && value === undefined) return { kind: 'manual' };
  if (option === '--event' && value !== undefined) return { kind: 'event' };
  const at = option === '--scheduled-at' ? instantSeconds(value) : null;
  return at === null ? null : { kind: 'fire', at };
}

function cancelOnSignals(): Cancel {
  const { cancel, abort } = createCancel();
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => abort(signal));
  onStopInput(() => abort('SIGTERM'));
  return cancel;
}

/** Whoever read what is printed here is gone, as when the journal or a mailer restarts: the job goes on, and its output is kept in its file. */
function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === 'EPIPE' || error.code === 'EIO');
}

/** Whether our output may have been written to: Node makes a stream of it when that is first asked for, which most runs never do. */
let prints = false;

/** Also when nobody reads it any more. */
function flushed(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}

function fail(error: unknown): void {
  process.exitCode = exitSoftware;
  process.stderr.write(`rota-run: ${error instanceof Error ? (error.stack ?? error.message) : error}\n`);
}

process.on('uncaughtException', (error) => {
  if (isBrokenPipe(error)) return;
  fail(error);
  process.exit();
});

// No top-level await: the runner is bundled as CommonJS, which Node starts a good deal faster.
void main(process.argv.slice(2))
  .then((code) => {
    process.exitCode = code;
  }, fail)
  // Here, for the channel of a plugin may have left something open, which would keep us, and with us the service of systemd, for ever.
  .then(() => Promise.all([prints ? flushed(process.stdout) : undefined, flushed(process.stderr)]))
  .then(() => process.exit());
