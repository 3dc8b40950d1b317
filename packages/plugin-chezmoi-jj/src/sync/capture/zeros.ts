/** What a file system leaves of a file whose size it had written and whose content it had not. */
export function isAllZeros(content: Uint8Array): boolean {
  return content.length > 0 && content.every((byte) => byte === 0);
}

/** Whether a file is as long as it was and holds its beginning, and zeros from there on. A shorter one somebody may have cut. */
export function hasLostItsEnd(here: Uint8Array, known: Uint8Array): boolean {
  if (here.length !== known.length) return false;
  const end = here.findLastIndex((byte) => byte !== 0) + 1;
  return end < here.length && Buffer.compare(here.subarray(0, end), known.subarray(0, end)) === 0;
}
