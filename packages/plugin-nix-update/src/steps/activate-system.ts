import { UpdateFailure } from '../failure.ts';
import { activate } from '../machine/activation-commands.ts';
import { classOfOutput, failureOf } from '../machine/classify-output.ts';
import { followLink } from '../machine/follow-link.ts';
import type { UpdateContext } from '../update-context.ts';
import { runActivation } from './run-activation.ts';
import { waitsForBoot } from './waits-for-boot.ts';

/** How an activation went. `needs-boot`: it cannot be active before a boot. `with-failed-units`: it is active, and the health check decides. */
export type Activation = 'active' | 'with-failed-units' | 'needs-boot';

type ActivatingContext = Pick<UpdateContext, 'host' | 'system' | 'settings' | 'call' | 'elapsedMs'>;

/**
 * Makes a system active until the next boot. Exit codes of switch-to-configuration: 4 is "switched, units failed", 100 is "needs a boot", and a
 * refused pre-switch check (a changed `system.switch.inhibitors`) means the same. Everything else has failed, whatever state it left.
 *
 * @throws UpdateFailure; a deferred one where nothing was activated: `look` says no, or another switch does not end
 */
export async function activateNow(context: ActivatingContext, path: string, look?: () => void): Promise<Activation> {
  const { host, system } = context;
  const command = activate({ ...activationOf(context), path, action: 'test' });
  if (command === null) return 'active';
  const result = await runActivation(context, command, look);
  if (waitsForBoot(system, result)) return 'needs-boot';
  const withFailedUnits = system.kind === 'nixos' && result.exitCode === 4;
  if (result.exitCode !== 0 && !withFailedUnits) throw failureOf(result, 'activation', 'The activation');
  if (system.kind === 'nixos' && followLink(host.files, system.current) !== path)
    throw new UpdateFailure('activation', `The activation said that it had switched, but ${system.current} is not ${path}.`);
  return withFailedUnits ? 'with-failed-units' : 'active';
}

/** Makes a system the one that boots. @throws UpdateFailure */
export async function makeBootDefault(context: ActivatingContext, path: string, look?: () => void): Promise<void> {
  const command = activate({ ...activationOf(context), path, action: 'boot' });
  if (command === null) return;
  const result = await runActivation(context, command, look);
  if (result.exitCode !== 0) throw failureOf(result, 'boot', 'The boot entry');
  // A full /boot is printed, and not told by the exit code (nixpkgs #189966).
  if (classOfOutput(result.stderr, 'boot') === 'disk') throw failureOf(result, 'disk', 'The boot entry');
}

function activationOf({ host, system, settings }: ActivatingContext) {
  return {
    system,
    ownUnit: host.files.facts('/run/systemd/system') !== undefined,
    timeoutMs: settings.activationTimeout,
  };
}
