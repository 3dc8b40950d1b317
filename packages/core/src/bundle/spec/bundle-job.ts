import type { FlatJob } from '../../job/job-input.ts';
import type { JobKey } from '../../state/job-key.ts';

/** What to do with the state of which job, and when. */
export interface BundleJobInput {
  /** The job that declares the state. */
  readonly of: JobKey;
  readonly action: 'capture' | 'drill' | 'verify' | 'prune';
  /** Five fields. */
  readonly schedule: string;
  /** @default 'UTC' */
  readonly timezone?: string;
  /** The config that declares the job; absolute. */
  readonly config: string;
  /** Program and arguments that start the command line of Rota. @default ['rota'] */
  readonly rota?: readonly [string, ...string[]];
  /** Of `verify`, 0 to 4. @default 1 */
  readonly level?: number;
}

/**
 * A job that captures, drills, verifies or prunes the state of another on a schedule: `app-capture` for `app`. Like any job it has a history, a
 * time-out of six hours and whatever else is added to it; a partial capture ends with 3, which is a failure.
 *
 * @example jobs: [app, bundleJob({ of: app, action: 'capture', schedule: '0 3 * * *', config: import.meta.filename })]
 */
export function bundleJob({ of, action, schedule, timezone, config, rota = ['rota'], level = 1 }: BundleJobInput): FlatJob {
  const [command, ...args] = rota;
  return {
    tenant: of.tenant,
    name: `${of.name}-${action}`,
    schedule,
    ...(timezone === undefined ? {} : { timezone }),
    command,
    args: [
      ...args,
      'bundle',
      action,
      `${of.tenant}/${of.name}`,
      '--config',
      config,
      ...(action === 'verify' ? ['--level', String(level)] : []),
      ...(action === 'prune' ? ['--yes'] : []),
    ],
    timeout: '6h',
  };
}
