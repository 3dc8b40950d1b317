import { RotaError } from '@rota/core';

/** The bytes of a task file: UTF-16, little endian, with a byte order mark, as Task Scheduler writes them itself. */
export function encodeTaskXml(content: string): Uint8Array {
  return Buffer.from(`\ufeff${content}`, 'utf16le');
}

/**
 * The text of a task file in UTF-16 (also without a mark) or UTF-8.
 * @throws ROTA_TASK_XML for a code page, such as the console's own that `schtasks /query /xml > FILE` writes: which one, the file does not say
 */
export function decodeTaskXml(bytes: Uint8Array): string {
  const encoding =
    bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : bytes[0] === 0xff || bytes[1] === 0 ? 'utf-16le' : 'utf-8';
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new RotaError('ROTA_TASK_XML', 'It is neither UTF-8 nor UTF-16.', {
      cause,
      suggestions: ['Export-ScheduledTask -TaskName NAME -TaskPath PATH | Out-File task.xml'],
    });
  }
}
