import type { NetworkInterfaceInfo } from 'node:os';

type Address = Pick<NetworkInterfaceInfo, 'address' | 'family' | 'internal'>;

/** Switches of Windows to its own virtual machines. Others of Hyper-V may carry the address of the machine. */
const toOwnMachines = /^vEthernet \((?:WSL|Default Switch)/;

/**
 * Whether one of these addresses may lead out of the machine, where the system shows no routes. One of link-local scope (RFC 3927, RFC 4291) is what an interface
 * gives itself while nobody answers.
 */
export function reachesOut(interfaces: Readonly<Record<string, readonly Address[] | undefined>>): boolean {
  return Object.entries(interfaces).some(
    ([name, addresses]) =>
      !toOwnMachines.test(name) &&
      addresses?.some(
        ({ internal, family, address }) => !internal && !(family === 'IPv4' ? /^169\.254\./ : /^fe[89ab]/i).test(address),
      ),
  );
}
