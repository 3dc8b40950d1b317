import { type BigIntStats, closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { isUntouched } from './is-untouched.ts';

/** A file that was hashed and not copied: its content is read again from where it is when the bundle is written. */
export interface FileInPlace {
  readonly place: string | Buffer;
  /** As it was when it was hashed. */
  readonly stats: BigIntStats;
}

/** By the name of the member. */
export type FilesInPlace = ReadonlyMap<string, FileInPlace>;

/** A file that was left in place is not what was hashed any more. Who takes a copy of it first can begin again. */
export class MovedOnError extends Error {}

/** Opens a file that was left in place. @throws MovedOnError, from here and from what it returns */
export function openInPlace({ place, stats }: FileInPlace): {
  /** Reads on, at least a byte. */
  read(into: Buffer, at: number, most: number): number;
  /** Everything was read: it has to be what it was. */
  end(): void;
  /** Once, behind `end` or instead of it. */
  close(): void;
} {
  const attempt = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      throw new MovedOnError(`${place} cannot be read any more`, { cause });
    }
  };
  const file = attempt(() => openSync(place, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK));
  let position = 0;
  return {
    read(into, at, most) {
      const got = attempt(() => readSync(file, into, at, most, position));
      if (got === 0) throw new MovedOnError(`${place} became shorter`);
      position += got;
      return got;
    },
    end() {
      if (!isUntouched(stats, fstatSync(file, { bigint: true }))) throw new MovedOnError(`${place} was written to`);
    },
    close: () => closeSync(file),
  };
}
