import { join } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import type { JobKey } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { namespaceLayout, stateLayout } from '../state/layout.ts';
import { askForRun, forgetAsked } from './asked-run.ts';

export interface StartJobInput {
  readonly host: Host;
  readonly backend: Backend;
  readonly namespace: string;
  /** The job's launch file, when the runner starts it. */
  readonly launchFile: string | null;
  readonly job: JobKey;
}

/**
 * Starts an installed job now and returns without waiting for its end: by its scheduler, so that it has the surroundings of every other run of it, or
 * by the launcher where the scheduler has no command for it.
 *
 * @throws ROTA_COMMAND_FAILED when the scheduler refuses.
 */
export async function startJob({ host, backend, namespace, launchFile, job }: StartJobInput): Promise<void> {
  const [file, ...args] = backend.startCommand?.(namespace, job) ?? [];
  const layout = namespaceLayout(host.stateDir, namespace);
  if (file !== undefined) {
    askForRun(host.files, layout, job);
    const result = await host.run({ file, args });
    if (result.exitCode === 0) return;
    forgetAsked(host.files, layout, job);
    const why = result.stderr.trim() || `exit status ${result.exitCode}`;
    throw new RotaError('ROTA_COMMAND_FAILED', `${backend.name} did not start ${printJobKey(job)}: ${why}`);
  }
  if (launchFile === null)
    throw new RotaError('ROTA_INTERNAL', `${printJobKey(job)} has neither a launch file nor a command that starts it.`);
  const path = join(layout.launchFiles, launchFile);
  // A run that cannot be recorded would not start, and whoever waits for its end would wait for ever.
  askForRun(host.files, layout, job);
  forgetAsked(host.files, layout, job);
  await host.run({ file: stateLayout(host.stateDir, host.platform).launcher, args: [path, '--manual'], detached: true });
}
