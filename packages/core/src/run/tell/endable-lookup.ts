import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';

/** A look-up of names that can be ended. */
export interface EndableLookup {
  /** For the option of that name of `node:http`. */
  readonly lookup: LookupFunction;
  /** Of what is still asked nothing is waited for any more. */
  readonly end: () => void;
}

/** getent(1): no address, whatever the reason: the name is not there, or nobody who knows it could be asked. */
const noAddress = 2;

/**
 * getaddrinfo(3), which Node calls in a thread, has no end that one could set, and the exit of a process waits for its threads: ten seconds and more, where a name server drops
 * what it is asked. So on Linux getent(1) calls it, a process of its own. Where there is none, and elsewhere, Node does.
 */
export function endableLookup(): EndableLookup {
  const children = new Set<ChildProcessByStdio<null, Readable, null>>();
  const lookup: LookupFunction = (hostname, options, callback) => {
    const byNode = (): void => void import('node:dns').then((dns) => dns.lookup(hostname, options, callback));
    // It would be an option.
    if (process.platform !== 'linux' || hostname.startsWith('-')) return byNode();
    const child = spawn('getent', ['ahosts', hostname], { stdio: ['ignore', 'pipe', 'ignore'] });
    children.add(child);
    let text = '';
    child.stdout.setEncoding('latin1').on('data', (piece: string) => {
      text += piece;
    });
    // A program that cannot be started has no status either.
    child.on('error', () => undefined);
    child.on('close', (code, signal) => {
      children.delete(child);
      if (signal === null && code !== 0 && code !== noAddress) return byNode();
      const found = addressesIn(text).filter(({ family }) => !options.family || family === familyOf(options.family));
      const [first] = found;
      if (first === undefined)
        callback(Object.assign(new Error(`${hostname} could not be resolved`), { code: 'ENOTFOUND' }), '', 0);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
  return {
    lookup,
    end() {
      for (const child of children) child.kill('SIGKILL');
    },
  };
}

function familyOf(family: number | 'IPv4' | 'IPv6'): number {
  return family === 'IPv4' ? 4 : family === 'IPv6' ? 6 : family;
}

/** `ADDRESS KIND [NAME]`, each address once for each kind of socket, in the order in which they are to be tried. */
function addressesIn(text: string): readonly LookupAddress[] {
  const addresses = new Set(text.split('\n').flatMap((line) => /^\S+/.exec(line)?.[0] ?? []));
  return [...addresses].map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
