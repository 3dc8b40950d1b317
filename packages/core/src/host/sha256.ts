/**
 * SHA-256 of bytes, or of a text in UTF-8, in hex. `node:crypto` alone would double the time that importing core takes, so it is loaded by
 * the first digest.
 */
export function sha256(data: string | Uint8Array): string {
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(data).digest('hex');
}
