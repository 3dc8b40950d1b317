import { reads } from '../machine/command.ts';
import type { UpdateContext } from '../update-context.ts';

const manager = 'org.freedesktop.NetworkManager';

/** NM.Metered: 1 yes, 2 no, 3 guessed yes, 4 guessed no, 0 unknown. `NameHasOwner` does not start a manager that is not there. */
export const meteredCommands = [
  reads(
    'busctl',
    '--system',
    'call',
    'org.freedesktop.DBus',
    '/org/freedesktop/DBus',
    'org.freedesktop.DBus',
    'NameHasOwner',
    's',
    manager,
  ),
  reads('busctl', '--system', 'get-property', manager, '/org/freedesktop/NetworkManager', manager, 'Metered'),
] as const;

/** Whether the connection is paid by volume. Only NetworkManager knows; where it does not run, a machine has no metered connections. */
export async function meteredProblem({ call, host }: Pick<UpdateContext, 'call' | 'host'>): Promise<string | null> {
  // Without a system bus there is no NetworkManager.
  if (host.files.facts('/run/dbus/system_bus_socket') === undefined) return null;
  const present = await call({ ...meteredCommands[0], timeoutMs: 10_000 });
  if (present.exitCode !== 0) return `Whether the connection is metered cannot be read: ${present.stderr.trim()}`;
  if (present.stdout.trim() !== 'b true') return null;
  const metered = await call({ ...meteredCommands[1], timeoutMs: 10_000 });
  if (metered.exitCode !== 0) return `Whether the connection is metered cannot be read: ${metered.stderr.trim()}`;
  return /^u [13]$/.test(metered.stdout.trim()) ? 'The connection is metered.' : null;
}
