import type { LaunchFile } from '../backend/launch-file.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { RunCause } from './admit/admit-run.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';
import type { AppendFiles } from './record/append-record.ts';
import { exitConfig, exitIo, exitSoftware } from './record/outcome.ts';
import { recordBadLaunchFile } from './record-bad-launch-file.ts';

export interface FailedRunner {
  readonly files: AppendFiles;
  readonly launch: LaunchFile;
  readonly place: LaunchPlace;
  readonly cause: RunCause;
}

/** Says why a job was not run, and keeps that in the history where it can. Answers the exit status of the runner. */
export function tellFailedRunner(error: unknown, { files, launch, place, cause }: FailedRunner): number {
  if (isRotaError(error)) {
    const reason = [error.message, ...error.suggestions].join(' ');
    say(`${launch.tenant}/${launch.name} was not run: ${reason}`);
    recordBadLaunchFile(files, place, launch, reason, cause.kind);
    return exitConfig;
  }
  if (!isSystemError(error)) {
    say(error instanceof Error ? (error.stack ?? error.message) : String(error));
    return exitSoftware;
  }
  say(`${launch.tenant}/${launch.name} was not run: ${stateProblem(place, error)}`);
  return exitIo;
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
