/** The bytes of a task file: UTF-16, little endian, with a byte order mark, as Task Scheduler writes them itself. */
export function encodeTaskXml(content: string): Uint8Array {
  return Buffer.from(`\ufeff${content}`, 'utf16le');
}

/** The text of a task file, whichever of UTF-16 (with a mark) and UTF-8 it is in. */
export function decodeTaskXml(bytes: Uint8Array): string {
  const buffer = Buffer.from(bytes);
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return buffer.toString('utf16le', 2);
  const text = buffer.toString('utf8');
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}
