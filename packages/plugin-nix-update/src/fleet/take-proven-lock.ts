import { join } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { lockDigest } from '../lock/lock-digest.ts';
import { restoreFile } from '../lock/restore-file.ts';
import type { UpdateContext } from '../update-context.ts';
import { badLocks, chooseLock } from './choose-lock.ts';
import { fetchFleet } from './fleet-repository.ts';
import type { Fleet } from './host-report.ts';

/**
 * Asks the fleet before the inputs are updated. In a later ring the lock that an earlier ring has proven is written, instead of a new one.
 *
 * @returns what the fleet knows, and whether the lock is written already; `null` without a fleet
 */
export async function takeProvenLock(
  context: UpdateContext,
  flake: string,
): Promise<{ readonly fleet: Fleet; readonly written: boolean } | null> {
  const { settings, host, cause } = context;
  if (settings.fleet === undefined) return null;
  const fleet = await fetchFleet(context, settings.fleet);
  if (cause === 'emergency') return { fleet, written: false };
  const choice = chooseLock(fleet, { rings: settings.rings, ring: settings.fleet.ring, nowMs: host.now() });
  if (choice.kind === 'none') throw new UpdateFailure('ring', choice.reason);
  if (choice.kind === 'own') return { fleet, written: false };
  // What another host published is taken at its word only if it is what it says that it is.
  if (lockDigest(choice.text) !== choice.lockDigest)
    throw new UpdateFailure('ring', `The published lock ${choice.lockDigest.slice(0, 12)} is not what its name says.`);
  restoreFile(host.files, join(flake, 'flake.lock'), Buffer.from(choice.text));
  return { fleet, written: true };
}

/** A lock that another host has sent back is not tried here. */
export function refuseLockThatIsBadElsewhere({ cause, host }: UpdateContext, fleet: Fleet | undefined, digest: string): void {
  if (fleet === undefined || cause === 'emergency') return;
  const reason = badLocks(fleet.hosts.filter((one) => one.host !== host.hostname)).get(digest);
  if (reason !== undefined)
    throw new UpdateFailure('bad-revision', `Another host has sent this lock back (${reason}); a newer one is awaited.`);
}
