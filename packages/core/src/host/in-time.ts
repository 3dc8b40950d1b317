/**
 * What `work` comes to, if it does within `limitMs`; then its signal is aborted, and what it is still at counts no more.
 *
 * @throws Error that it took longer, and what `work` throws
 */
export async function inTime<T>(limitMs: number, work: (signal: AbortSignal) => T | Promise<T>): Promise<T> {
  const ending = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const timeIsUp = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`it took longer than ${limitMs / 1000} s`));
      ending.abort();
    }, limitMs);
  });
  try {
    return await Promise.race([(async () => await work(ending.signal))(), timeIsUp]);
  } finally {
    clearTimeout(timer);
  }
}
