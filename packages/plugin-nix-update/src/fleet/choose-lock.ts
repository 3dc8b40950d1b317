import { lockedInputs } from '../lock/lock-inputs.ts';
import type { Settings } from '../settings/options-schema.ts';
import type { Fleet, HostReport } from './host-report.ts';

/** The lock that a ring takes: `own`, its own update of the inputs, in the first ring; one that was proven before, in the others. */
export type LockChoice =
  | { readonly kind: 'own' }
  | { readonly kind: 'proven'; readonly lockDigest: string; readonly text: string; readonly by: readonly string[] }
  | { readonly kind: 'none'; readonly reason: string };

/**
 * A later ring takes the newest lock that a host of the ring before it found healthy at least `soak` ago, and that no host has sent back since.
 * Pure.
 */
export function chooseLock(
  fleet: Fleet,
  { rings, ring, nowMs }: { readonly rings: Settings['rings']; readonly ring: string | undefined; readonly nowMs: number },
): LockChoice {
  const index = ring === undefined ? 0 : rings.findIndex(({ name }) => name === ring);
  if (index === -1)
    return {
      kind: 'none',
      reason: `There is no ring "${ring}"; there are ${rings.map(({ name }) => name).join(', ') || 'none'}.`,
    };
  const own = rings[index];
  const earlier = rings[index - 1];
  if (own === undefined || earlier === undefined) return { kind: 'own' };
  const bad = badLocks(fleet.hosts);
  const sightings = fleet.hosts
    .filter((host) => host.ring === earlier.name)
    .flatMap(({ host, healthy }) => healthy.map((sighting) => ({ ...sighting, host })))
    .filter(
      ({ lockDigest, at }) =>
        !bad.has(lockDigest) && nowMs - Math.max(Date.parse(at), newestInput(fleet.locks[lockDigest])) >= own.soak,
    )
    .sort((a, b) => Date.parse(b.at) - Date.parse(a.at));
  const [newest] = sightings;
  const text = newest === undefined ? undefined : fleet.locks[newest.lockDigest];
  if (newest === undefined || text === undefined)
    return {
      kind: 'none',
      reason: `No revision has been healthy in the ring ${earlier.name} for as long as the ring ${own.name} waits.`,
    };
  const by = sightings.filter(({ lockDigest }) => lockDigest === newest.lockDigest).map(({ host }) => host);
  return { kind: 'proven', lockDigest: newest.lockDigest, text, by: [...new Set(by)].sort() };
}

/** When the newest input of a lock was made: nobody has found it healthy before, whatever a clock without a battery said. Never, without the lock. */
function newestInput(text: string | undefined): number {
  try {
    return Math.max(0, ...lockedInputs(text ?? '').map(({ lastModified }) => (lastModified ?? 0) * 1000));
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

/** Every lock that any host has sent back, and who did first. */
export function badLocks(hosts: readonly HostReport[]): ReadonlyMap<string, string> {
  return new Map(
    hosts.flatMap(({ host, bad }) => bad.map(({ lockDigest, reason }) => [lockDigest, `${host}: ${reason}`] as const)),
  );
}
