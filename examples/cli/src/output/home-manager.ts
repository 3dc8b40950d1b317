import { homeManagerModule } from '@rota/backend-systemd';
import { type Declaration, printJobKey, type Rendering, readRunner, recorderScript } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** A rendering for systemd as a home-manager module: `rota.nix` comes first of its files. What Nix cannot have is refused. */
export async function asHomeManagerModule(
  context: CommandContext,
  { jobs, namespace }: Pick<Declaration, 'jobs' | 'namespace'>,
  rendering: Rendering,
): Promise<Rendering> {
  const host = context.host();
  const { files, refused } = homeManagerModule({
    rendering,
    jobs,
    namespace,
    home: host.user.home,
    stateDir: host.stateDir,
    recorder: recorderScript(host.stateDir),
    runner: await readRunner(host),
  });
  const reasons = new Map(refused.map((job) => [printJobKey(job), job.reason]));
  return {
    formatVersion: 1,
    files,
    jobs: rendering.jobs.map((job) => {
      const reason = reasons.get(printJobKey(job));
      return reason === undefined ? job : { ...job, fidelity: 'refused', reason, horizon: null, artifacts: [] };
    }),
  };
}
