import { closeSync, openSync, readFileSync, renameSync, statSync, unlinkSync, writeSync } from 'node:fs';

/** What V8 has compiled of the runner in earlier runs. */
export interface CodeCache {
  /** `undefined` where there is none that can be trusted. */
  readonly code: Buffer | undefined;
  /**
   * Keeps what is compiled by now, unless all of it is kept already. Never fails: the next run compiles again.
   *
   * @param parts names what this run has used of the runner and not every run does
   * @param isRejected V8 would not have the code that was kept
   */
  keep(parts: readonly string[], compiled: () => Buffer, isRejected: boolean): void;
}

/** The name of the cache, in the folder of the runner that it is of. */
export const codeCacheName = 'rota-run.cache';

/** Only the copy in a state folder has one: its folder is the user's own, and is named after its bytes. */
const installed = /([\\/]runner[\\/][0-9a-f]{32}[\\/])rota-run\.cjs$/;

/** The cache of a runner. Reads at once; what is not there, damaged or of another Node counts as none. */
export function openCodeCache(runner: string): CodeCache {
  const none: CodeCache = { code: undefined, keep: () => undefined };
  if (!installed.test(runner)) return none;
  const path = runner.replace(installed, `$1${codeCacheName}`);
  const node = thisNode();
  if (node === undefined) return none;
  const kept = readKept(path, node);
  return {
    code: kept?.code,
    keep(parts, compiled, isRejected) {
      const before = isRejected ? undefined : kept?.parts;
      if (before !== undefined && parts.every((part) => before.includes(part))) return;
      try {
        write(path, wholeTwice(compiled, node, [...new Set([...(before ?? []), ...parts])]));
      } catch {
        // A full disk, or a folder that may not be written.
      }
    },
  };
}

/** V8 looks for its own version only; a Node that was replaced in its place, or built otherwise, must not get what another one has compiled. */
function thisNode(): string | undefined {
  const facts = statSync(process.execPath, { throwIfNoEntry: false });
  // An update is just taking it away.
  if (facts === undefined) return undefined;
  const { size, mtimeMs, ino } = facts;
  return [process.version, process.platform, process.arch, process.execPath, size, mtimeMs, ino].join('\t');
}

/**
 * The file holds everything twice: code, a line about it, and the length of that line. V8 believes what it is given, and dies of what is damaged; to compare
 * the halves costs next to nothing, where a digest would cost more than the cache saves.
 */
function readKept(path: string, node: string): { readonly code: Buffer; readonly parts: readonly string[] } | undefined {
  try {
    const bytes = readFileSync(path);
    const half = bytes.subarray(0, bytes.length / 2);
    if (half.length < 4 || !half.equals(bytes.subarray(half.length))) return undefined;
    const codeBytes = half.length - 4 - half.readUInt32LE(half.length - 4);
    if (codeBytes <= 0) return undefined;
    const [about, parts = ''] = half.toString('utf8', codeBytes, half.length - 4).split('\n');
    return about === node
      ? { code: half.subarray(0, codeBytes), parts: parts.split(' ').filter((part) => part !== '') }
      : undefined;
  } catch {
    return undefined;
  }
}

function wholeTwice(compiled: () => Buffer, node: string, parts: readonly string[]): () => Buffer {
  return () => {
    const about = Buffer.from(`${node}\n${parts.join(' ')}`);
    const length = Buffer.alloc(4);
    length.writeUInt32LE(about.length);
    const once = Buffer.concat([compiled(), about, length]);
    return Buffer.concat([once, once]);
  };
}

/** Under one name, so that killed runners leave one file at most; who mixes with another writer, or is cut off, leaves what is seen to be damaged. */
function write(path: string, content: () => Buffer): void {
  const temporary = `${path}.tmp`;
  // Before anything is compiled for it, for it may not be allowed.
  const file = openSync(temporary, 'w', 0o600);
  try {
    try {
      const bytes = content();
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
  } catch (error) {
    unlinkSync(temporary);
    throw error;
  }
}
