import { type BigIntStats, lstatSync, readdirSync } from 'node:fs';
import { bytesOfName, nameOfBytes } from '../format/file-name.ts';

/** A thing below a root, as the file system has it. */
export interface TreeItem {
  /** `a/b`; empty for the root itself. */
  readonly path: string;
  /** Where it is: as a text when that is ASCII, else in bytes. */
  readonly place: string | Buffer;
  readonly stats: BigIntStats;
}

export interface WalkOptions {
  /** True for what is left out, with all below it. */
  readonly leaveOut?: (path: string, stats: BigIntStats) => boolean;
  /** What could not be looked at. */
  readonly onProblem?: (path: string, reason: string) => void;
}

/** A folder whose names are gone through. A name has a character for each byte, so that their order is that of the bytes. */
interface OpenFolder {
  readonly path: string;
  readonly place: string | Buffer;
  readonly names: readonly string[];
  next: number;
}

/**
 * Everything below a root, folders before what is in them, names in the order of their bytes. Links are never followed. Nothing of it waits: who
 * walks a large tree breathes.
 */
export function* walkTree(root: string, options: WalkOptions = {}): Generator<TreeItem> {
  const open: OpenFolder[] = [];
  const first = look('', isAscii(root) ? root : bytesOfName(root));
  if (first !== undefined) yield first;
  for (let folder = open.at(-1); folder !== undefined; folder = open.at(-1)) {
    const name = folder.names[folder.next];
    if (name === undefined) {
      open.pop();
      continue;
    }
    folder.next += 1;
    const text = isAscii(name) ? name : nameOfBytes(Buffer.from(name, 'latin1'));
    const item = look(folder.path === '' ? text : `${folder.path}/${text}`, below(folder.place, name));
    if (item !== undefined) yield item;
  }

  /** A folder is opened, too. */
  function look(path: string, place: string | Buffer): TreeItem | undefined {
    const stats = attempt(path, () => lstatSync(place, { bigint: true }));
    if (stats === undefined || (path !== '' && options.leaveOut?.(path, stats) === true)) return undefined;
    if (stats.isDirectory()) {
      const names = attempt(path, () => readdirSync(place, { encoding: 'latin1' }).sort());
      if (names !== undefined) open.push({ path, place, names, next: 0 });
    }
    return { path, place, stats };
  }
  function attempt<T>(path: string, work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      options.onProblem?.(path, reasonOf(error));
      return undefined;
    }
  }
}

function below(place: string | Buffer, name: string): string | Buffer {
  if (typeof place === 'string' && isAscii(name)) return `${place}/${name}`;
  return Buffer.concat([typeof place === 'string' ? Buffer.from(place) : place, slash, Buffer.from(name, 'latin1')]);
}

const slash = Buffer.from('/');

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}

/** `EACCES` and its like in words that stay the same. */
export function reasonOf(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined;
  if (code === 'ENOENT') return 'vanished while it was read';
  if (code === 'EACCES' || code === 'EPERM') return 'may not be read';
  return code ?? (error instanceof Error ? error.message : String(error));
}
