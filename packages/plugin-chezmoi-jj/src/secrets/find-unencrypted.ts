import type { FoundSecret } from './find-secret.ts';

/** Of the packet that holds the session key. */
const openPgpVersions = ['\x03', '\x04', '\x06'];

/**
 * What only its name says to be encrypted. age(1), "RECIPIENTS AND IDENTITIES" and armor; a binary message of OpenPGP begins with a packet tag that no UTF-8 text begins with
 * (U+FFFD stands for it), one to five octets of length, and version 3, 4 or 6 of the packet that holds the session key (RFC 9580, 4.2, 5.1 and 5.3).
 */
export function findUnencrypted(text: string): FoundSecret | undefined {
  const isArmored = /^(age-encryption\.org\/|-----BEGIN (AGE ENCRYPTED FILE|PGP MESSAGE)-----)/.test(text);
  const isBinary = text.startsWith('\ufffd') && openPgpVersions.some((version) => text.slice(2, 7).includes(version));
  return isArmored || isBinary ? undefined : { kind: 'not encrypted, though its name says so', line: 1 };
}
