import { spawn } from 'node:child_process';
import { dirname, isAbsolute, join } from 'node:path';
import type { LaunchFile } from '../backend/launch-file.ts';
import { launcherCall } from '../host/launcher-call.ts';
import { inheritedEnvironment } from './attempt/job-environment.ts';
import { type LaunchPlace, launcherOf } from './launch/read-launch-file.ts';

/** Starts the jobs that were declared `after` this one and does not wait for them. Answers what could not be started. */
export async function startFollowers(launch: LaunchFile, place: LaunchPlace): Promise<readonly string[]> {
  const problems = await Promise.all(launch.followers.map((follower) => start(follower, place)));
  return problems.filter((problem) => problem !== null);
}

function start(follower: LaunchFile['followers'][number], place: LaunchPlace): Promise<string | null> {
  const label = `${follower.tenant}/${follower.name}`;
  const argv = follower.start ?? ownCommand(follower.launchFile, place);
  const [file, ...args] = argv ?? [];
  if (file === undefined) return Promise.resolve(`${label} was not started: nothing says how.`);
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
    child.on('error', (error) => resolve(`${label} was not started: ${error.message}`));
    if (follower.start === null) {
      child.on('spawn', () => resolve(null));
      child.unref();
    } else {
      child.on('exit', (code) => resolve(code === 0 ? null : `${label} was not started: ${file} ended with status ${code}.`));
    }
  });
}

function ownCommand(launchFile: string | null, place: LaunchPlace): readonly string[] | null {
  if (launchFile === null) return null;
  const path = isAbsolute(launchFile) ? launchFile : join(dirname(place.path), launchFile);
  return [launcherOf(place), path, '--event', 'after'];
}
