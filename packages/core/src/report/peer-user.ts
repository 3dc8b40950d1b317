import { readFileSync } from 'node:fs';

/** The two ends of a connection over IPv4 loopback, as the server sees it. */
export interface LoopbackConnection {
  readonly localPort: number;
  readonly remotePort: number;
}

/**
 * Whose process is at the other end of a loopback connection: the user id, or `undefined` where the system does not tell. Linux tells in its table
 * of sockets (man 5 proc_net, /proc/net/tcp: addresses and ports in hexadecimal, an IPv4 address in the byte order of the machine).
 */
export function peerUser({ localPort, remotePort }: LoopbackConnection, readTable = readSockets): number | undefined {
  const hex = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');
  const row = readTable()
    ?.split('\n')
    .map((line) => line.trim().split(/\s+/))
    .find(([, local = '', remote = '']) => local.endsWith(`7F:${hex(remotePort)}`) && remote.endsWith(`7F:${hex(localPort)}`));
  const user = row?.[7];
  return user === undefined ? undefined : Number(user);
}

function readSockets(): string | undefined {
  try {
    return readFileSync('/proc/net/tcp', 'latin1');
  } catch {
    return undefined;
  }
}
