import type { InventoryHost } from '../../job/inventory-host.ts';
import type { HostIdentity } from '../declaration.ts';

/** The labels that the inventory has for a host beside its own. What the host says of itself wins: a repository cannot talk it out of that. */
export function withInventory(identity: HostIdentity, hosts: readonly InventoryHost[]): HostIdentity {
  const known = hosts.find(({ name }) => name === identity.hostname);
  if (known === undefined) return identity;
  const ring = known.ring === undefined ? {} : { ring: known.ring };
  return { ...identity, labels: { ...ring, ...known.labels, ...identity.labels } };
}
