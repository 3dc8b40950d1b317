import { spawn } from 'node:child_process';
import { dirname, isAbsolute, join } from 'node:path';
import type { LaunchFile } from '../backend/launch-file.ts';
import { launcherCall } from '../host/launcher-call.ts';
import { inheritedEnvironment } from './attempt/job-environment.ts';
import { type LaunchPlace, launcherOf } from './launch/read-launch-file.ts';

export type Follower = LaunchFile['followers'][number];

/** A job that was to follow another one, and why it was not started. */
export interface NotStarted {
  readonly follower: Follower;
  readonly problem: string;
}

/** Starts the jobs that were declared `after` this one and does not wait for them. Answers what could not be started. */
export async function startFollowers(launch: LaunchFile, place: LaunchPlace): Promise<readonly NotStarted[]> {
  const started = await Promise.all(
    launch.followers.map(async (follower) => ({ follower, problem: await start(follower, place) })),
  );
  return started.flatMap(({ follower, problem }) => (problem === null ? [] : [{ follower, problem }]));
}

function start(follower: Follower, place: LaunchPlace): Promise<string | null> {
  const argv = follower.start ?? ownCommand(follower.launchFile, place);
  const [file, ...args] = argv ?? [];
  if (file === undefined) return Promise.resolve('nothing says how');
  return new Promise((resolve) => {
    const call = launcherCall(file, args);
    const child = spawn(call.file, call.args, {
      // As the scheduler gave it to us, not as the launcher changed it.
      env: inheritedEnvironment(process.env),
      detached: true,
      stdio: 'ignore',
      windowsHide: true,
      windowsVerbatimArguments: call.verbatim,
    });
    child.on('error', (error) => resolve(error.message));
    if (follower.start === null) {
      child.on('spawn', () => resolve(null));
      child.unref();
    } else {
      child.on('exit', (code) => resolve(code === 0 ? null : `${file} ended with status ${code}`));
    }
  });
}

function ownCommand(launchFile: string | null, place: LaunchPlace): readonly string[] | null {
  return launchFile === null ? null : [launcherOf(place), besideOwn(launchFile, place), '--event', 'after'];
}

/** The launch file of a follower stands in the same folder. */
export function besideOwn(launchFile: string, place: LaunchPlace): string {
  return isAbsolute(launchFile) ? launchFile : join(dirname(place.path), launchFile);
}
