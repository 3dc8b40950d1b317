import type { Host, Job } from '@rota/core';

const limitMs = 30 * 60_000;

/** What a declared job says that is to run before the update, such as the dotfile sync. */
const isBefore = ({ annotations }: Pick<Job, 'annotations'>): boolean => annotations.before === 'nix-update';

/** Runs the declared jobs that name the update in their annotation `before`. One that fails is a warning: it never keeps a machine from its update. */
export async function runJobsBefore(host: Pick<Host, 'run'>, jobs: readonly Job[], warn: (line: string) => void): Promise<void> {
  for (const { name, command } of jobs.filter(isBefore)) {
    const [file = '', ...args] = command;
    try {
      const { exitCode, stderr } = await host.run({ file, args, timeoutMs: limitMs });
      if (exitCode !== 0)
        warn(
          `warning: ${name}, which runs before the update, ended with status ${exitCode}: ${stderr.trim().split('\n').at(-1) ?? ''}`,
        );
    } catch (error) {
      warn(
        `warning: ${name}, which runs before the update, could not be started: ${error instanceof Error ? error.message : String(error)}`,
      );
    }
  }
}
