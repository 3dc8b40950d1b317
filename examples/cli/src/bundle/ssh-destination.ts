import type { InventoryHost } from '@rota/core';

/** A machine of the inventory is reached at its address, as the user who was asked for; any other name is for ssh to know. */
export function sshDestination(machine: string, hosts: readonly InventoryHost[]): string {
  const at = machine.lastIndexOf('@') + 1;
  const address = hosts.find(({ name }) => name === machine.slice(at))?.address;
  if (address === undefined) return machine;
  return at === 0 ? address : machine.slice(0, at) + address.slice(address.lastIndexOf('@') + 1);
}
