import { isRotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import type { Command } from '../../job/job.ts';

/** Whether this process is of a unit of systemd (systemd.exec(5), INVOCATION_ID), with which ends what is started in it. */
export function isInUnit({ env }: Pick<Host, 'env'>): boolean {
  return env.INVOCATION_ID !== undefined;
}

/**
 * How commands are called that start what is to stay. As a job of systemd this is a unit, and what a command starts here as a process would be
 * ended with it (systemd.kill(5), control-group). A scope has a control group of its own, and the user and the environment of this process. Where
 * none can be had, the command is called as it is.
 */
export async function outsideOfUnit({
  env,
  run,
  sleep,
  user,
}: Pick<Host, 'env' | 'run' | 'sleep' | 'user'>): Promise<(command: Command) => Command> {
  if (!isInUnit({ env })) return (command) => command;
  // Of the manager that does as this user says, whichever it is that has the services.
  const [file, ...args] = [
    'systemd-run',
    ...(user.uid === 0 ? [] : ['--user']),
    '--scope',
    '--quiet',
    '--collect',
    '--',
  ] as const;
  try {
    for (let attempt = 1; attempt <= 5; attempt++) {
      const { exitCode, signal } = await run({ file, args: [...args, 'true'], timeoutMs: 60_000 });
      if (exitCode === 0) return (command) => [file, ...args, ...command];
      if (signal === null) break;
      // Of a unit that is being stopped the manager ends also what is started while it does so, until nothing new is there.
      await sleep(100 * attempt);
    }
  } catch (error) {
    if (!isRotaError(error)) throw error;
  }
  return (command) => command;
}
