import { readFailedUnits } from '../machine/read-failed-units.ts';
import { systemState } from '../machine/systemd-commands.ts';
import type { HealthContext } from './health-context.ts';

/** The job of this plugin that waits for the reboot window, as `rota apply` and the NixOS module name it: it says nothing of the system. */
const ownUnit = /^(?:rota\..+\.nix-update-reboot|rota-nix-reboot)\.service$/;

/** Units that have failed since the baseline. Where systemd does not answer now but did before, that is a problem itself. */
export async function newlyFailedUnits(
  { system, call }: Pick<HealthContext, 'system' | 'call'>,
  failedBefore: readonly string[] | null,
): Promise<string | null> {
  const failed = await readFailedUnits(system.kind, call);
  if ('silent' in failed) return failedBefore === null ? null : `systemd does not answer: ${failed.silent}`;
  const fresh = failed.units.filter((unit) => !failedBefore?.includes(unit) && !ownUnit.test(unit));
  return fresh.length === 0 ? null : `Units failed that had not before: ${fresh.join(', ')}.`;
}

/** `requireRunning`: the manager as a whole has to be well. */
export async function systemStateProblem({ system, call }: Pick<HealthContext, 'system' | 'call'>): Promise<string | null> {
  const result = await call({ ...systemState(system.kind), timeoutMs: 30_000 });
  const state = result.stdout.trim();
  return state === 'running' ? null : `The system is ${state || 'in a state that systemd does not tell'}, not running.`;
}
