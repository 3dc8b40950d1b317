import type { LaunchFile } from '../backend/launch-file.ts';
import type { Files } from '../host/files.ts';
import type { RunCause } from './admit/admit-run.ts';
import type { Cancel } from './cancel.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';

/** All that a run is made from. */
export interface RunJobInput {
  readonly launch: LaunchFile;
  readonly place: LaunchPlace;
  readonly files: Files;
  readonly cause: RunCause;
  /** The runner's own environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Aborts with the name of the signal that asked the runner to end. */
  readonly cancel: Cancel;
  /** Gets the masked output as it comes. */
  readonly echo: ((bytes: Buffer) => void) | null;
}
