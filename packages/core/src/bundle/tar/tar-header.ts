import { bytesOfName, isPlainName } from '../file-name.ts';
import { blockSize, padding, type TarMember, typeFlags } from './tar-member.ts';

/**
 * The header of a member: a POSIX ustar block, with a pax header before it for what does not fit (IEEE Std 1003.1, pax Interchange Format;
 * extended attributes as SCHILY.xattr, which GNU tar and bsdtar read). Equal members give equal bytes.
 */
export function tarHeader(member: TarMember): Buffer {
  return Buffer.from(sharedTarHeader(member));
}

/** The same in a buffer that the next call uses again, for whoever is done with it by then: a tree has a header for every file. */
export function sharedTarHeader(member: TarMember): Buffer {
  const nameText = member.type === 'folder' ? `${member.name}/` : member.name;
  const name = bytesOf(nameText);
  const link = bytesOf(member.link);
  const user = bytesOf(member.user);
  const group = bytesOf(member.group);
  const seconds = floorSeconds(member.mtimeNs);
  const nanoseconds = member.mtimeNs - seconds * 1_000_000_000n;
  const records: Buffer[] = [];
  // Raw bytes in a record are announced, so that readers that convert leave them alone.
  if (!(isAscii(nameText) || isPlainName(member.name)) || !(isAscii(member.link) || isPlainName(member.link)))
    records.push(paxRecord('hdrcharset', Buffer.from('BINARY')));
  if (name.length > 100 || !isAscii(nameText)) records.push(paxRecord('path', name));
  if (link.length > 100 || !isAscii(member.link)) records.push(paxRecord('linkpath', link));
  if (member.size > 0o77777777777) records.push(paxRecord('size', Buffer.from(String(member.size))));
  if (member.uid > 0o7777777) records.push(paxRecord('uid', Buffer.from(String(member.uid))));
  if (member.gid > 0o7777777) records.push(paxRecord('gid', Buffer.from(String(member.gid))));
  if (user.length > 31 || !isAscii(member.user)) records.push(paxRecord('uname', user));
  if (group.length > 31 || !isAscii(member.group)) records.push(paxRecord('gname', group));
  if (nanoseconds !== 0n || seconds < 0n || seconds > 0o77777777777n)
    records.push(Buffer.from(paxText('mtime', decimalSeconds(seconds, nanoseconds)), 'latin1'));
  if (member.xattrs !== undefined)
    for (const [key, value] of Object.entries(member.xattrs).sort(([a], [b]) => (a < b ? -1 : 1)))
      records.push(paxRecord(`SCHILY.xattr.${key}`, Buffer.from(value, 'base64')));

  const bodySize = records.reduce((sum, { length }) => sum + length, 0);
  const mainAt = records.length === 0 ? 0 : blockSize + bodySize + padding(bodySize);
  const header = roomFor(mainAt + blockSize);
  if (records.length > 0) {
    ustarBlock(header.subarray(0, blockSize), 'x', { ...paxFields, size: bodySize });
    let at = blockSize;
    for (const record of records) at += record.copy(header, at);
  }
  ustarBlock(header.subarray(mainAt), typeFlags[member.type], {
    name: name.subarray(0, 100),
    link: link.subarray(0, 100),
    mode: member.mode & 0o7777,
    uid: member.uid,
    gid: member.gid,
    size: member.size,
    seconds,
    user: user.subarray(0, 31),
    group: group.subarray(0, 31),
  });
  return header;
}

let room = Buffer.alloc(4 * blockSize);

/** Zeros. */
function roomFor(length: number): Buffer {
  if (room.length < length) room = Buffer.alloc(length);
  return room.subarray(0, length).fill(0);
}

const nothing = Buffer.alloc(0);

const paxFields = {
  name: Buffer.from('PaxHeader'),
  link: nothing,
  mode: 0o644,
  uid: 0,
  gid: 0,
  seconds: 0n,
  user: nothing,
  group: nothing,
} as const;

function isAscii(text: string): boolean {
  return /^[\0-\x7f]*$/.test(text);
}

function bytesOf(text: string): Buffer {
  return text === '' ? nothing : bytesOfName(text);
}

/** The end of an archive: two blocks of zeros. */
export const endOfArchive: Buffer = Buffer.alloc(2 * blockSize);

interface UstarFields {
  readonly name: Buffer;
  readonly link: Buffer;
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly size: number;
  readonly seconds: bigint;
  readonly user: Buffer;
  readonly group: Buffer;
}

/** Fills a block of zeros. */
function ustarBlock(block: Buffer, flag: string, fields: UstarFields): void {
  fields.name.copy(block, 0);
  octal(block, 100, 8, fields.mode);
  octal(block, 108, 8, fields.uid > 0o7777777 ? 0 : fields.uid);
  octal(block, 116, 8, fields.gid > 0o7777777 ? 0 : fields.gid);
  octal(block, 124, 12, fields.size > 0o77777777777 ? 0 : fields.size);
  octal(block, 136, 12, fields.seconds < 0n || fields.seconds > 0o77777777777n ? 0 : Number(fields.seconds));
  block.fill(0x20, 148, 156);
  block.write(flag, 156, 'latin1');
  fields.link.copy(block, 157);
  block.write('ustar\x0000', 257, 'latin1');
  fields.user.copy(block, 265);
  fields.group.copy(block, 297);
  octal(block, 329, 8, 0);
  octal(block, 337, 8, 0);
  block.write(`${checksum(block).toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** Sum of all bytes of a header, with the field of the sum itself taken as blanks. */
export function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < blockSize; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
  return sum;
}

function octal(block: Buffer, at: number, width: number, value: number): void {
  block.write(`${value.toString(8).padStart(width - 1, '0')}\0`, at, 'latin1');
}

/** The same record for a value in ASCII. */
function paxText(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return `${length}${rest}`;
}

/** `LENGTH KEY=VALUE\n`, where the length counts itself. */
function paxRecord(key: string, value: Buffer): Buffer {
  const rest = Buffer.concat([Buffer.from(` ${key}=`), value, Buffer.from('\n')]);
  let length = rest.length + 1;
  while (String(length).length + rest.length !== length) length = String(length).length + rest.length;
  return Buffer.concat([Buffer.from(String(length)), rest]);
}

function floorSeconds(ns: bigint): bigint {
  const seconds = ns / 1_000_000_000n;
  return ns < 0n && seconds * 1_000_000_000n !== ns ? seconds - 1n : seconds;
}

/** A signed decimal: -0.5 is half a second before the epoch. */
function decimalSeconds(seconds: bigint, nanoseconds: bigint): string {
  const total = seconds * 1_000_000_000n + nanoseconds;
  const size = total < 0n ? -total : total;
  const fraction = String(size % 1_000_000_000n)
    .padStart(9, '0')
    .replace(/0+$/, '');
  return `${total < 0n ? '-' : ''}${size / 1_000_000_000n}${fraction === '' ? '' : `.${fraction}`}`;
}
