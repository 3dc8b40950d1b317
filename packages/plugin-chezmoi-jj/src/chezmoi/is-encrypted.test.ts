import { expect, test } from 'vitest';
import { isEncrypted } from './is-encrypted.ts';

test.each([
  ['encrypted_dot_netrc.age', true],
  ['private_dot_ssh/encrypted_private_id_ed25519.age', true],
  ['create_encrypted_private_dot_key', true],
  ['modify_encrypted_dot_key', true],
  ['dot_encrypted_notes', false],
  ['private_encrypted_notes', false],
  ['encrypted_dot_folder/plain', false],
  ['symlink_encrypted_x', false],
])('%s: %s', (source, expected) => {
  expect(isEncrypted(source)).toBe(expected);
});
