import { expect, test } from 'vitest';
import { findUnencrypted } from './find-unencrypted.ts';

/** As the scan reads what lies in the repository. */
const read = (...bytes: readonly number[]): string => Buffer.from([...bytes, 0x9f, 0x41, 0xc3]).toString('utf8');

test.each([
  ['age', 'age-encryption.org/v1\n'],
  ['age with armor', '-----BEGIN AGE ENCRYPTED FILE-----\n'],
  ['gpg with armor', '-----BEGIN PGP MESSAGE-----\n'],
  ['gpg for a key of RSA, one of two octets of length', read(0x85, 0x01, 0x0c, 0x03)],
  ['gpg for a key of curve 25519', read(0x84, 0x5e, 0x03)],
  ['gpg with a passphrase', read(0x8c, 0x0d, 0x04)],
  ['OpenPGP of the new format', read(0xc1, 0xc0, 0x4c, 0x06)],
])('a message of %s is encrypted', (_, text) => {
  expect(findUnencrypted(text)).toBeUndefined();
});

test.each(['password hunter2', 'über password', '\ufeffpassword hunter2', '\ufffd password hunter2'])('%j is not', (text) => {
  expect(findUnencrypted(text)).toMatchObject({ line: 1 });
});
