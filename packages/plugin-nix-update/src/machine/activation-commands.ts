import { join } from 'node:path';
import { type Command, changes } from './command.ts';
import type { UpdatedSystem } from './updated-system.ts';

/** What a system is asked to do: be active until the next boot, or be what boots. */
export type ActivationAction = 'test' | 'boot';

/** The unit in which an activation runs, outside that of the updater: stopping or limiting the updater does not reach it. */
export const activationUnit = 'rota-nix-activation';

/** Between TERM and KILL, for an activation that hangs and does not hear. */
const untilKillSeconds = 10;

export interface ActivationInput {
  readonly system: UpdatedSystem;
  /** Store path of the system that is to act. */
  readonly path: string;
  readonly action: ActivationAction;
  /** systemd runs here, so that the activation can have a unit of its own. */
  readonly ownUnit: boolean;
  readonly timeoutMs: number;
}

/** The call that activates a system; `null` where the kind has nothing of that sort (a home has no boot entry). */
export function activate({ system, path, action, ownUnit, timeoutMs }: ActivationInput): Command | null {
  if (system.kind === 'home-manager' && action === 'boot') return null;
  const call =
    system.kind === 'nixos'
      ? [join(path, 'bin/switch-to-configuration'), action]
      : [join(path, 'activate'), '--driver-version', '1'];
  const command = ownUnit ? changes('systemd-run', ...unitOptions(system, timeoutMs), '--', ...call) : direct(call);
  // systemd ends the unit at the limit; the caller waits longer than that takes, for the next activation needs the name of the unit.
  return { ...command, timeoutMs: timeoutMs + 2 * untilKillSeconds * 1000 + 30_000 };
}

/** As nixos-rebuild does it, and with a limit of its own. */
function unitOptions(system: UpdatedSystem, timeoutMs: number): readonly string[] {
  return [
    ...(system.kind === 'home-manager' ? ['--user'] : []),
    '--collect',
    '--no-ask-password',
    '--pipe',
    '--quiet',
    '--wait',
    '--service-type=exec',
    `--unit=${activationUnit}`,
    `--property=RuntimeMaxSec=${Math.ceil(timeoutMs / 1000)}`,
    `--property=TimeoutStopSec=${untilKillSeconds}`,
    '--setenv=LC_ALL=C',
    '--setenv=NIXOS_INSTALL_BOOTLOADER=0',
    '--setenv=PATH',
    '--setenv=HOME',
  ];
}

function direct([file = '', ...args]: readonly string[]): Command {
  return changes(file, ...args);
}
