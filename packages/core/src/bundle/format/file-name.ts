/**
 * File names are bytes on Linux. A name that is valid UTF-8 is its text; every byte that is not becomes a lone low surrogate U+DC80 to
 * U+DCFF, which no valid UTF-8 decodes to (PEP 383 does the same), so that each name is one text, and the text gives the bytes back.
 */
export function nameOfBytes(bytes: Uint8Array): string {
  try {
    return strict.decode(bytes);
  } catch {
    return escapeBytes(bytes);
  }
}

export function bytesOfName(name: string): Buffer {
  if (!/[\udc80-\udcff]/.test(name)) return Buffer.from(name);
  const parts: Buffer[] = [];
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    parts.push(code >= 0xdc80 && code <= 0xdcff ? Buffer.from([code - 0xdc00]) : Buffer.from(character));
  }
  return Buffer.concat(parts);
}

/** True when the name is valid UTF-8 on disk. */
export function isPlainName(name: string): boolean {
  return !/\p{Surrogate}/u.test(name);
}

const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function escapeBytes(bytes: Uint8Array): string {
  let name = '';
  for (let at = 0; at < bytes.length; ) {
    const length = sequenceLength(bytes, at);
    if (length === 0) {
      name += String.fromCharCode(0xdc00 + (bytes[at] ?? 0));
      at += 1;
    } else {
      name += strict.decode(bytes.subarray(at, at + length));
      at += length;
    }
  }
  return name;
}

/** Length of the valid UTF-8 sequence that begins here; 0 when none does. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const first = bytes[at] ?? 0;
  const length = first < 0x80 ? 1 : first >= 0xc2 && first < 0xe0 ? 2 : first >= 0xe0 && first < 0xf0 ? 3 : first >= 0xf0 ? 4 : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  try {
    strict.decode(bytes.subarray(at, at + length));
    return length;
  } catch {
    return 0;
  }
}
