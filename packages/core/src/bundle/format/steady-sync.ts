import { fdatasync, fsync } from 'node:fs';
import { promisify } from 'node:util';

/** Neither a call for every piece, nor all of it at the end. */
const stride = 32 * 1024 * 1024;

/** Sends what is written to a file to its disk while more is written, so that little is left to wait for at the end. */
export interface SteadySync {
  /** So many bytes are in the file now. */
  grown(size: number): void;
  /** Nothing more comes: all of it is on the disk afterwards. @throws what any of the calls failed with */
  end(): Promise<void>;
  /** No call is under way any more, so that the file can be closed. */
  settled(): Promise<void>;
}

export function steadySync(file: number): SteadySync {
  let begun = 0;
  let underWay: Promise<void> | undefined;
  // The system tells a failure once: who asks again is told that all is well (fsync(2)).
  let failure: { readonly error: unknown } | undefined;
  return {
    grown(size) {
      if (underWay !== undefined || size - begun < stride) return;
      begun = size;
      underWay = promisify(fdatasync)(file)
        .catch((error: unknown) => {
          failure ??= { error };
        })
        .finally(() => {
          underWay = undefined;
        });
    },
    async end() {
      await underWay;
      if (failure !== undefined) throw failure.error;
      await promisify(fsync)(file);
    },
    async settled() {
      await underWay;
    },
  };
}
