const pauseMs = 10;
const longestMs = 3000;
const open = ['EPERM', 'EACCES', 'EBUSY'];
/** A sharing violation; the others are said of what may not be read at all, too. */
const locked = ['EBUSY'];

/**
 * Does what replaces or removes a file. On Windows that fails while somebody else has the file open, be it a reader, a virus scanner or the search index, all
 * of which let go of it in milliseconds: there it is tried again for up to three seconds. It blocks, as every file operation here does.
 */
export function retryWhileOpen<T>(work: () => T, platform: NodeJS.Platform = process.platform): T {
  return retry(work, open, platform);
}

/** Does what opens a file, in the same way: on Windows it fails while somebody has the file for themselves, as a backup or a virus scanner may. */
export function retryWhileLocked<T>(work: () => T, platform: NodeJS.Platform = process.platform): T {
  return retry(work, locked, platform);
}

function retry<T>(work: () => T, passing: readonly unknown[], platform: NodeJS.Platform): T {
  if (platform !== 'win32') return work();
  for (let left = longestMs / pauseMs; ; left--) {
    try {
      return work();
    } catch (error) {
      if (left <= 0 || !(error instanceof Error && 'code' in error && passing.includes(error.code))) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, pauseMs);
    }
  }
}
