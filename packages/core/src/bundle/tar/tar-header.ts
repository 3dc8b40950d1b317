import { bytesOfName, isPlainName } from '../format/file-name.ts';
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
  return plainHeader(member) ?? anyHeader(member);
}

/** Two blocks of a pax header that says the time, and one of the member; or that one alone. Most headers are such. */
const plain = Buffer.alloc(3 * blockSize);
const timeBlock = plain.subarray(blockSize, 2 * blockSize);
const memberBlock = plain.subarray(2 * blockSize);
const paxBlocks = new Map<number, Buffer>();

/** The header of a member of which nothing but the time needs a pax header; `undefined` for any other. */
function plainHeader({ name, type, mode, uid, gid, user, group, size, link, mtimeNs, xattrs }: TarMember): Buffer | undefined {
  const folder = type === 'folder';
  if (
    xattrs !== undefined ||
    name.length + (folder ? 1 : 0) > 100 ||
    link.length > 100 ||
    user.length > 31 ||
    group.length > 31 ||
    uid > 0o7777777 ||
    gid > 0o7777777 ||
    size > 0o77777777777 ||
    mtimeNs < 0n ||
    mtimeNs >= plainTimesEnd ||
    !(isAscii(name) && isAscii(link) && isAscii(user) && isAscii(group))
  )
    return undefined;
  const time = String(mtimeNs).padStart(10, '0');
  const nanoseconds = time.slice(-9);
  memberBlock.set(emptyBlock);
  memberBlock.write(name, 0, 'latin1');
  if (folder) memberBlock[name.length] = 0x2f;
  octal(memberBlock, 100, 8, mode & 0o7777);
  octal(memberBlock, 108, 8, uid);
  octal(memberBlock, 116, 8, gid);
  octal(memberBlock, 124, 12, size);
  octal(memberBlock, 136, 12, Number(time.slice(0, -9)));
  memberBlock[156] = typeFlags[type].charCodeAt(0);
  if (link !== '') memberBlock.write(link, 157, 'latin1');
  if (user !== '') memberBlock.write(user, 265, 'latin1');
  if (group !== '') memberBlock.write(group, 297, 'latin1');
  octal(memberBlock, 148, 7, checksum(memberBlock));
  if (nanoseconds === '000000000') return memberBlock;
  const record = paxText('mtime', `${time.slice(0, -9)}.${nanoseconds.replace(/0+$/, '')}`);
  plain.set(paxBlockOf(record.length));
  timeBlock.fill(0, 0, longestTimeRecord);
  timeBlock.write(record, 0, 'latin1');
  return plain;
}

/** From here on a time needs a pax header of its own kind. */
const plainTimesEnd = 0o100000000000n * 1_000_000_000n;
/** `32 mtime=SSSSSSSSSSS.NNNNNNNNN` */
const longestTimeRecord = 64;

function paxBlockOf(size: number): Buffer {
  let block = paxBlocks.get(size);
  if (block === undefined) {
    block = Buffer.alloc(blockSize);
    ustarBlock(block, 'x', { ...paxFields, size });
    paxBlocks.set(size, block);
  }
  return block;
}

/** Of any member. */
function anyHeader(member: TarMember): Buffer {
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

/** What is the same in every block; the field of the checksum is blank. */
const emptyBlock = Buffer.alloc(blockSize);
emptyBlock.fill(0x20, 148, 156);
emptyBlock.write('ustar\x0000', 257, 'latin1');
octal(emptyBlock, 329, 8, 0);
octal(emptyBlock, 337, 8, 0);

function ustarBlock(block: Buffer, flag: string, fields: UstarFields): void {
  block.set(emptyBlock);
  fields.name.copy(block, 0);
  octal(block, 100, 8, fields.mode);
  octal(block, 108, 8, fields.uid > 0o7777777 ? 0 : fields.uid);
  octal(block, 116, 8, fields.gid > 0o7777777 ? 0 : fields.gid);
  octal(block, 124, 12, fields.size > 0o77777777777 ? 0 : fields.size);
  octal(block, 136, 12, fields.seconds < 0n || fields.seconds > 0o77777777777n ? 0 : Number(fields.seconds));
  block.write(flag, 156, 'latin1');
  fields.link.copy(block, 157);
  fields.user.copy(block, 265);
  fields.group.copy(block, 297);
  // Six digits, NUL, blank.
  octal(block, 148, 7, checksum(block));
}

/** Sum of all bytes of a header, with the field of the sum itself taken as blanks. */
export function checksum(block: Uint8Array): number {
  let sum = 0;
  for (let at = 0; at < blockSize; at++) sum += at >= 148 && at < 156 ? 0x20 : (block[at] ?? 0);
  return sum;
}

/** Digits with leading zeros, and a NUL. */
function octal(block: Buffer, at: number, width: number, value: number): void {
  let left = value;
  for (let place = at + width - 2; place >= at; place--) {
    const higher = Math.floor(left / 8);
    block[place] = 0x30 + (left - higher * 8);
    left = higher;
  }
  block[at + width - 1] = 0;
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
