import {
  closeSync,
  existsSync,
  fchmodSync,
  fsyncSync,
  linkSync,
  lstatSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmdirSync,
  type Stats,
  statSync,
  symlinkSync,
  unlinkSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import type { FileFacts, Files } from './files.ts';
import { retryWhileLocked, retryWhileOpen } from './retry-while-open.ts';

let sequence = 0;

/** The files of this machine. */
export const nodeFiles: Files = {
  readText: (path) => absentIsUndefined(() => retryWhileLocked(() => readFileSync(path, 'utf8'))),
  readBytes: (path) => absentIsUndefined(() => retryWhileLocked(() => readFileSync(path))),
  facts: (path) => absentIsUndefined(() => factsOf(path)),
  readLink: (path) =>
    // Asked first, because most of what is looked at is no link, and the error that says so is dear.
    absentIsUndefined(() => (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? readlinkSync(path) : undefined)),
  list: (path) => absentIsUndefined(() => (statsOf(path) === undefined ? [] : readdirSync(path).sort())) ?? [],
  write(path, content, mode = 0o600) {
    const temporary = writeTemporary(path, content, mode);
    try {
      retryWhileOpen(() => renameSync(temporary, path));
    } catch (error) {
      unlinkQuietly(temporary);
      throw error;
    }
    syncFolder(dirname(path));
  },
  create(path, content, mode = 0o600) {
    const temporary = writeTemporary(path, content, mode);
    try {
      retryWhileOpen(() => linkSync(temporary, path));
      return true;
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return false;
      throw error;
    } finally {
      unlinkQuietly(temporary);
    }
  },
  append(path, content, mode = 0o600, sync = true) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = retryWhileLocked(() => openSync(path, 'a', mode));
    try {
      const bytes = Buffer.from(content);
      // A disk that becomes full takes a part of it and says nothing; asked for the rest, it does.
      const written = writeSync(file, bytes);
      if (written < bytes.length) writeWhole(file, bytes.subarray(written));
      if (sync) fsyncSync(file);
    } catch (error) {
      throw withPath(error, path);
    } finally {
      closeSync(file);
    }
  },
  link(target, path) {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const temporary = temporaryName(path);
    symlinkSync(target, temporary);
    retryWhileOpen(() => renameSync(temporary, path));
  },
  rename: (from, to) => retryWhileOpen(() => renameSync(from, to)),
  remove: (path) => void absentIsUndefined(() => retryWhileOpen(() => unlinkSync(path))),
  removeFolder(path) {
    try {
      rmdirSync(path);
    } catch (error) {
      const code = codeOf(error);
      if (code !== 'ENOENT' && code !== 'ENOTEMPTY' && code !== 'EEXIST') throw error;
    }
  },
  makeFolder(path, mode = 0o700) {
    try {
      mkdirSync(path, { recursive: true, mode });
    } catch (error) {
      if (codeOf(error) !== 'ENOENT') throw error;
      // Node says so of a folder below one that cannot be made, too; that one has the reason.
      mkdirSync(firstMissing(path), { mode });
      mkdirSync(path, { recursive: true, mode });
    }
  },
  setTimes: (path, modifiedMs) => utimesSync(path, modifiedMs / 1000, modifiedMs / 1000),
};

function writeTemporary(path: string, content: string | Uint8Array, mode: number): string {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const temporary = temporaryName(path);
  const file = openSync(temporary, 'wx', mode);
  try {
    writeWhole(file, typeof content === 'string' ? Buffer.from(content) : content);
    fchmodSync(file, mode); // the mode of open(2) is narrowed by the umask
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    unlinkQuietly(temporary);
    throw withPath(error, temporary);
  }
  closeSync(file);
  return temporary;
}

/** Of what failed on an open file (a full disk), the system names no path. */
function withPath(error: unknown, path: string): unknown {
  return error instanceof Error && !('path' in error) ? Object.assign(error, { path }) : error;
}

function firstMissing(path: string): string {
  const above = dirname(path);
  return above === path || existsSync(above) ? path : firstMissing(above);
}

function writeWhole(file: number, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

/** A rename is durable only when its folder is synced; Windows cannot open a folder, and needs no such sync. */
function syncFolder(path: string): void {
  if (process.platform === 'win32') return;
  const folder = openSync(path, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

/** In a container every process has the pid of the one before it, which may have been killed and have left a file. */
const ownToken = Math.random().toString(36).slice(2, 10);

/** Begins with a dot and ends in a name that no scheduler reads as its own. */
function temporaryName(path: string): string {
  sequence += 1;
  return join(dirname(path), `.rota-${process.pid}-${ownToken}-${sequence}.tmp`);
}

function unlinkQuietly(path: string): void {
  try {
    retryWhileOpen(() => unlinkSync(path));
  } catch {
    // it was renamed, or never made
  }
}

/** `undefined` where nothing is, without the dear error that says so. */
function statsOf(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function factsOf(path: string): FileFacts | undefined {
  const stats = statsOf(path);
  if (stats === undefined) return undefined;
  const kind = stats.isFile() ? 'file' : stats.isDirectory() ? 'folder' : 'other';
  const { size, mtimeMs: modifiedMs, ino: inode, dev: device, birthtimeMs: bornMs } = stats;
  return { kind, size, modifiedMs, mode: stats.mode & 0o7777, inode, device, bornMs };
}

function absentIsUndefined<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
}

function codeOf(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
