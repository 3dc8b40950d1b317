import { damagedBundle, hostileBundle } from '../format/bundle-error.ts';
import { nameOfBytes } from '../format/file-name.ts';
import { checksum } from './tar-header.ts';
import { blockSize, type TarMember } from './tar-member.ts';

/**
 * What a header says of its member. Only what captures write is taken: no devices, sparse members, global headers or GNU long names, and no names
 * that are absolute or hold `.` or `..`.
 *
 * @throws ROTA_BUNDLE_FORMAT, ROTA_BUNDLE_HOSTILE
 */
export function parseHeader(header: Buffer): TarMember {
  const { flag, fields } = readBlock(header.subarray(0, blockSize));
  if (flag !== 'x') return memberOf(flag, fields, new Map());
  const pax = readPax(header.subarray(blockSize, blockSize + fields.size));
  const main = readBlock(header.subarray(header.length - blockSize));
  if (main.flag === 'x') throw hostileBundle('two extended headers in a row');
  return memberOf(main.flag, main.fields, pax);
}

function memberOf(flag: string, fields: Fields, pax: ReadonlyMap<string, Buffer>): TarMember {
  const type = readableTypes.get(flag);
  if (type === undefined)
    throw hostileBundle(`a member of type "${flag}" (${refusedTypes.get(flag) ?? 'unknown'}): ${fields.name}`);
  const text = (key: string, otherwise: string): string => {
    const value = pax.get(key);
    return value === undefined ? otherwise : nameOfBytes(value);
  };
  const whole = (key: string, otherwise: number): number => {
    const value = pax.get(key);
    if (value === undefined) return otherwise;
    const read = value.toString('latin1');
    if (!/^\d{1,15}$/.test(read)) throw damagedBundle(`its header says ${key}=${read}`);
    return Number(read);
  };
  for (const key of pax.keys())
    if (!knownKeys.has(key) && !key.startsWith('SCHILY.xattr.')) throw hostileBundle(`an extended header "${key}"`);
  const written = text('path', fields.name);
  const name = type === 'folder' ? written.replace(/\/$/, '') : written;
  checkName(name, 'a member');
  const size = whole('size', fields.size);
  if (type !== 'file' && size !== 0) throw hostileBundle(`${name}, which is a ${type} with content`);
  const link = text('linkpath', fields.link);
  if (type === 'hardlink') checkName(link, 'a hard link to');
  else if (type === 'symlink' ? link === '' || link.includes('\0') : link !== '')
    throw hostileBundle(`${name}, whose link leads to "${link}"`);
  const xattrs = [...pax].filter(([key]) => key.startsWith('SCHILY.xattr.'));
  return {
    name,
    type,
    mode: fields.mode,
    uid: whole('uid', fields.uid),
    gid: whole('gid', fields.gid),
    user: text('uname', fields.user),
    group: text('gname', fields.group),
    mtimeNs: pax.has('mtime') ? nanoseconds(text('mtime', '')) : BigInt(fields.seconds) * 1_000_000_000n,
    size,
    link,
    ...(xattrs.length === 0
      ? {}
      : { xattrs: Object.fromEntries(xattrs.map(([key, value]) => [key.slice(13), value.toString('base64')])) }),
  };
}

const readableTypes: ReadonlyMap<string, TarMember['type']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['1', 'hardlink'],
  ['2', 'symlink'],
  ['5', 'folder'],
  ['6', 'fifo'],
]);
const refusedTypes: ReadonlyMap<string, string> = new Map([
  ['3', 'character device'],
  ['4', 'block device'],
  ['7', 'contiguous file'],
  ['g', 'global header'],
  ['L', 'GNU long name'],
  ['K', 'GNU long link'],
  ['S', 'GNU sparse file'],
  ['M', 'continued volume'],
  ['V', 'volume label'],
]);
const knownKeys: ReadonlySet<string> = new Set([
  'path',
  'linkpath',
  'size',
  'uid',
  'gid',
  'uname',
  'gname',
  'mtime',
  'hdrcharset',
]);

/** Every rule holds for the name as it is stored; nothing is normalised, for what needs it was not written by a capture. */
export function checkName(name: string, what: string): void {
  const parts = name.split('/');
  const wrong =
    name === ''
      ? 'is empty'
      : name.startsWith('/')
        ? 'is absolute'
        : name.includes('\0')
          ? 'holds a NUL'
          : parts.includes('..')
            ? 'leads upwards'
            : parts.includes('.') || parts.includes('')
              ? 'has an empty part'
              : parts.length > 256
                ? 'is nested deeper than 256 folders'
                : parts.some((part) => Buffer.byteLength(part) > 1020)
                  ? 'has a part that no file system takes'
                  : process.platform === 'win32' && /[\\:]/.test(name)
                    ? 'would be read as a Windows path'
                    : undefined;
  if (wrong !== undefined) throw hostileBundle(`${what} whose name ${wrong}: ${JSON.stringify(name.slice(0, 200))}`);
}

interface Fields {
  readonly name: string;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly seconds: number;
  readonly link: string;
  readonly user: string;
  readonly group: string;
}

/** The fields of one block, its checksum found right. */
export function readBlock(block: Buffer): { readonly flag: string; readonly fields: Fields } {
  if (number(block, 148, 8) !== checksum(block)) throw damagedBundle('the checksum of a header is wrong');
  const magic = block.toString('latin1', 257, 265);
  if (magic !== 'ustar\x0000') throw hostileBundle('a header that is not of POSIX tar');
  const prefix = cText(block, 345, 155);
  if (prefix.length > 0) throw hostileBundle('a header with a prefix, which captures do not write');
  return {
    flag: String.fromCharCode(block[156] ?? 0),
    fields: {
      name: nameOfBytes(cText(block, 0, 100)),
      mode: number(block, 100, 8) & 0o7777,
      uid: number(block, 108, 8),
      gid: number(block, 116, 8),
      size: number(block, 124, 12),
      seconds: number(block, 136, 12),
      link: nameOfBytes(cText(block, 157, 100)),
      user: nameOfBytes(cText(block, 265, 32)),
      group: nameOfBytes(cText(block, 297, 32)),
    },
  };
}

function cText(block: Buffer, at: number, length: number): Buffer {
  const field = block.subarray(at, at + length);
  const end = field.indexOf(0);
  return end === -1 ? field : field.subarray(0, end);
}

function number(block: Buffer, at: number, length: number): number {
  const text = block
    .toString('latin1', at, at + length)
    .replace(/\0.*$/s, '')
    .trim();
  if (!/^[0-7]+$/.test(text)) throw damagedBundle('a number of a header is not octal');
  return Number.parseInt(text, 8);
}

function readPax(body: Buffer): ReadonlyMap<string, Buffer> {
  const records = new Map<string, Buffer>();
  for (let at = 0; at < body.length; ) {
    const blank = body.indexOf(0x20, at);
    const digits = body.toString('latin1', at, Math.max(at, blank));
    const length = /^[1-9]\d{0,6}$/.test(digits) ? Number(digits) : 0;
    const end = at + length;
    const equals = body.indexOf(0x3d, blank);
    if (length === 0 || end > body.length || body[end - 1] !== 0x0a || equals === -1 || equals >= end)
      throw damagedBundle('an extended header is malformed');
    const key = body.toString('utf8', blank + 1, equals);
    if (records.has(key)) throw hostileBundle(`"${key}" twice in one extended header`);
    records.set(key, body.subarray(equals + 1, end - 1));
    at = end;
  }
  return records;
}

function nanoseconds(text: string): bigint {
  const match = /^(-?)(\d{1,12})(?:\.(\d{1,9})\d*)?$/.exec(text);
  if (match === null) throw damagedBundle(`a time of its headers is "${text}"`);
  const size = BigInt(match[2] ?? '0') * 1_000_000_000n + BigInt((match[3] ?? '').padEnd(9, '0'));
  return match[1] === '-' ? -size : size;
}

export function isZero(bytes: Uint8Array): boolean {
  for (let at = 0; at < bytes.length; at++) if (bytes[at] !== 0) return false;
  return true;
}
