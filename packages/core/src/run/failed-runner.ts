import { isRotaError } from '../errors/rota-error.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';
import { appendRecord } from './record/append-record.ts';
import { exitConfig, exitIo, exitSoftware } from './record/outcome.ts';
import type { RunRecord } from './record/run-record.ts';
import { badLaunchRecord } from './record-bad-launch-file.ts';
import type { RunJobInput } from './run-job-input.ts';
import { reportEnd } from './tell/report-run.ts';
import { endReports } from './tell/spool-end.ts';

/** Says why a job was not run, to those too whom its runs are told, and keeps that in the history where it can. Answers the exit status of the runner. */
export async function tellFailedRunner(error: unknown, input: RunJobInput): Promise<number> {
  const { files, launch, place, cause } = input;
  if (isRotaError(error)) {
    const reason = [error.message, ...error.suggestions].join(' ');
    say(`${launch.tenant}/${launch.name} was not run: ${reason}`);
    const record = badLaunchRecord(launch, reason, cause.kind);
    appendRecord(files, place.layout, record);
    await tellNow(input, record);
    return exitConfig;
  }
  if (!isSystemError(error)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitSoftware;
  }
  const reason = `It was not run: ${stateProblem(place, error)}`;
  say(`${launch.tenant}/${launch.name} was not run: ${stateProblem(place, error)}`);
  await tellNow(input, { ...badLaunchRecord(launch, reason, cause.kind), backend: launch.backend });
  return exitIo;
}

/** Once and without the spool. */
async function tellNow(input: RunJobInput, record: RunRecord): Promise<void> {
  const reports = endReports(input, record, record.reason ?? '', false);
  if (reports.length === 0) return;
  await reportEnd(
    input,
    null,
    reports.map((report) => ({ path: null, report })),
  );
}

/** The state folder cannot be read or written: it is full, read-only, damaged, or somebody else's. */
export function stateProblem({ stateDir }: LaunchPlace, error: unknown): string {
  const said = error instanceof Error ? error.message : String(error);
  return `the state in ${stateDir} cannot be read or written (${said}). \`rota doctor\` looks at its rights and its room.`;
}

function isSystemError(error: unknown): error is Error {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function say(text: string): void {
  process.stderr.write(`rota-run: ${text}\n`);
}
