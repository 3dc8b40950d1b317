/** A UUID of version 7 (RFC 9562): begins with the time, so that names sort by age; healthchecks asks for a UUID. */
export function newRunId(nowMs: number): string {
  // Not imported at the top: importing core must not load it.
  const bytes = process.getBuiltinModule('node:crypto').randomFillSync(Buffer.alloc(16));
  bytes.writeUIntBE(nowMs, 0, 6);
  bytes[6] = 0x70 | ((bytes[6] ?? 0) & 0x0f);
  bytes[8] = 0x80 | ((bytes[8] ?? 0) & 0x3f);
  return bytes.toString('hex').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
