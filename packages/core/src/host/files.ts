/** What kind of thing stands at a path; links are followed. */
export interface FileFacts {
  readonly kind: 'file' | 'folder' | 'other';
  readonly size: number;
  readonly modifiedMs: number;
  /** Permission bits, such as 0o600. */
  readonly mode: number;
  /** Tells it from another file that stood there before, also under another name; absent where the system does not say. */
  readonly inode?: number;
  /** The file system that its inode is one of; absent where the system does not say. */
  readonly device?: number;
  /** When it was made: the inode of a file that is gone is soon that of another one. Milliseconds; absent or 0 where the system does not say. */
  readonly bornMs?: number;
}

/**
 * The file operations that Rota needs, each of them one effect that a test can make fail.
 * Paths are absolute. Reading what does not exist answers `undefined`; every other failure throws the system's own error.
 */
export interface Files {
  /** The whole file, decoded as UTF-8. */
  readText(path: string): string | undefined;
  /** The whole file. */
  readBytes(path: string): Uint8Array | undefined;
  /** What stands at a path; of a link, its target. */
  facts(path: string): FileFacts | undefined;
  /** Target of a symbolic link, or `undefined` when there is no link. */
  readLink(path: string): string | undefined;
  /** Names in a folder, sorted; empty when the folder does not exist. */
  list(path: string): readonly string[];
  /**
   * Replaces a file in one step: temporary name in the same folder, sync, mode, rename. The folder is made if missing.
   * After a crash the file is the old one or the new one. @default mode 0o600
   */
  write(path: string, content: string | Uint8Array, mode?: number): void;
  /** Creates a file that must not exist yet; false when it does. The content is complete when the name appears. */
  create(path: string, content: string, mode?: number): boolean;
  /** Appends in one write and syncs, unless `sync` is false. The folder is made if missing. @default mode 0o600, sync true */
  append(path: string, content: string, mode?: number, sync?: boolean): void;
  /** Makes a symbolic link, replacing what a link was there. */
  link(target: string, path: string): void;
  /** Moves a file or folder in one step, replacing a file that is there. Both paths are on one file system. */
  rename(from: string, to: string): void;
  /** Removes a file or link; nothing happens when it does not exist. */
  remove(path: string): void;
  /** Removes an empty folder; nothing happens when it is missing or not empty. */
  removeFolder(path: string): void;
  /** Makes a folder and those above it; nothing happens when it exists. @default mode 0o700 */
  makeFolder(path: string, mode?: number): void;
  /** Sets the times of last access and last change, in milliseconds since the epoch. */
  setTimes(path: string, modifiedMs: number): void;
}
