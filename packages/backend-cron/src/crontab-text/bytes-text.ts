/**
 * A crontab is kept as text with one character for each byte (Latin-1), because it is not ours: what is not UTF-8 in it must come
 * out as it went in.
 */
export type BytesText = string;

export const toBytesText = (text: string): BytesText => Buffer.from(text, 'utf8').toString('latin1');

export const fromBytesText = (text: BytesText): string => Buffer.from(text, 'latin1').toString('utf8');

export const toBytes = (text: BytesText): Uint8Array => Buffer.from(text, 'latin1');
