/**
 * Whether chezmoi holds this file of its source folder encrypted. The attribute counts only at its place, first or after what kind of file it is:
 * `dot_encrypted_notes` is a plain file `.encrypted_notes`. Source: chezmoi's reference, "Source state attributes".
 */
export function isEncrypted(source: string): boolean {
  return /^(create_|modify_)?encrypted_/.test(source.split('/').pop() ?? '');
}
