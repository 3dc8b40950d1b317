import { type PosixRule, parsePosixRule } from './posix-rule.ts';

/** What a zone file says: the local time types in force from each instant on. */
export interface Tzif {
  /** The type before the first transition. */
  readonly initial: LocalTime;
  readonly transitions: readonly { readonly at: number; readonly to: LocalTime }[];
  readonly footer: PosixRule | undefined;
}

export interface LocalTime {
  readonly offset: number;
  readonly isDst: boolean;
}

/**
 * Reads a TZif file of version 2 or later (RFC 8536): its 64-bit block and its footer.
 * Throws an `Error` with a plain reason when the bytes are not such a file, or count leap seconds (`right/` zones).
 */
export function parseTzif(bytes: Uint8Array): Tzif {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const first = header(view, 0);
  if (first.version < 2) throw new Error('version 1 of the format, which has 32-bit times only');
  const start = 44 + blockLength(first, 4);
  const counts = header(view, start);
  let at = start + 44;
  const times = at;
  at += counts.times * 8;
  const indices = at;
  at += counts.times;
  const types = at;
  at += counts.types * 6;
  const end = start + 44 + blockLength(counts, 8);
  if (counts.leaps > 0) throw new Error('it counts leap seconds, which no cron does');
  if (counts.types === 0 || end > bytes.length) throw new Error('it is cut off');

  const local = Array.from({ length: counts.types }, (_, i): LocalTime => {
    return { offset: view.getInt32(types + i * 6), isDst: view.getUint8(types + i * 6 + 4) === 1 };
  });
  const type = (index: number): LocalTime => {
    const found = local[index];
    if (found === undefined) throw new Error(`it names a local time type ${index} that it does not have`);
    return found;
  };
  const transitions: { at: number; to: LocalTime }[] = [];
  for (let i = 0; i < counts.times; i++) {
    const seconds = view.getInt32(times + i * 8) * 2 ** 32 + view.getUint32(times + i * 8 + 4);
    transitions.push({ at: seconds, to: type(view.getUint8(indices + i)) });
  }
  const text = Buffer.from(bytes.subarray(end)).toString('latin1').split('\n')[1] ?? '';
  const footer = text === '' ? undefined : parsePosixRule(text);
  if (text !== '' && footer === undefined) throw new Error(`its footer "${text}" is no POSIX TZ string`);
  return { initial: type(0), transitions, footer };
}

interface Counts {
  readonly version: number;
  readonly leaps: number;
  readonly times: number;
  readonly types: number;
  readonly rest: readonly [isUt: number, isStd: number, chars: number];
}

function header(view: DataView, at: number): Counts {
  if (view.byteLength < at + 44 || view.getUint32(at) !== 0x54_5a_69_66) throw new Error('it is no TZif file');
  const version = view.getUint8(at + 4);
  return {
    version: version === 0 ? 1 : version - 0x30,
    leaps: view.getUint32(at + 28),
    times: view.getUint32(at + 32),
    types: view.getUint32(at + 36),
    rest: [view.getUint32(at + 20), view.getUint32(at + 24), view.getUint32(at + 40)],
  };
}

function blockLength(counts: Counts, timeSize: 4 | 8): number {
  const [isUt, isStd, chars] = counts.rest;
  return counts.times * (timeSize + 1) + counts.types * 6 + chars + counts.leaps * (timeSize + 4) + isStd + isUt;
}
