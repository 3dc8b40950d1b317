/**
 * Long work that is done in one go lets nobody else run: no interruption, no heartbeat. Whoever does such work calls this after each piece with
 * its weight (1 is about a small file), and waits for what it returns, which is nothing most of the time.
 *
 * @throws the reason of the signal, once it is aborted
 */
export function breather(signal?: AbortSignal): (weight?: number) => Promise<void> | undefined {
  let since = 0;
  return (weight = 1) => {
    since += weight;
    if (since < 128) return undefined;
    since = 0;
    return new Promise<void>((resolve) => setImmediate(resolve)).then(() => signal?.throwIfAborted());
  };
}
