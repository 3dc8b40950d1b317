/** A member of a tar archive, as far as bundles use them. */
export interface TarMember {
  /** `a/b`; no leading or trailing `/`. Bytes that are not UTF-8 as `nameOfBytes` gives them. */
  readonly name: string;
  readonly type: 'file' | 'folder' | 'symlink' | 'hardlink' | 'fifo';
  /** Permission bits with setuid, setgid and sticky. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  readonly user: string;
  readonly group: string;
  /** Nanoseconds since the epoch. */
  readonly mtimeNs: bigint;
  /** Of a file; else 0. */
  readonly size: number;
  /** Target of a link: of a symlink as it stands, of a hard link the name of another member. */
  readonly link: string;
  /** Extended attributes: name to bytes in base64. */
  readonly xattrs?: Readonly<Record<string, string>> | undefined;
}

export const blockSize = 512;

export const typeFlags = { file: '0', hardlink: '1', symlink: '2', fifo: '6', folder: '5' } as const;

/** Zeros from the end of `size` bytes to the next border of a block. */
export function padding(size: number): number {
  return (blockSize - (size % blockSize)) % blockSize;
}
