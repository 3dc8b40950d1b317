import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { stateLayout } from '../state/layout.ts';

/** Whether a job runs one of Rota's own commands, as a plugin gave it. */
export function runsRota({ command: [program] }: Job, host: Pick<Host, 'stateDir'>): boolean {
  const { command } = stateLayout(host.stateDir);
  return program === command || program === `${command}.cmd`;
}
