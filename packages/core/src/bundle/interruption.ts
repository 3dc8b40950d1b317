import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';

/** The same host, but what it runs or waits for ends when the signal is aborted, and that is thrown. */
export function untilAborted(host: Host, signal: AbortSignal | undefined): Host {
  if (signal === undefined) return host;
  return {
    ...host,
    async run(request) {
      signal.throwIfAborted();
      const result = await host.run({ ...request, signal });
      signal.throwIfAborted();
      return result;
    },
    async sleep(ms) {
      await host.sleep(ms, signal);
      signal.throwIfAborted();
    },
  };
}

/** Whether something failed because it was asked to end. */
export function isInterruption(error: unknown, signal: AbortSignal | undefined): boolean {
  if (signal?.aborted !== true) return false;
  for (let one = error; one instanceof Error; one = one.cause)
    if (one === signal.reason || one.name === 'AbortError') return true;
  return error === signal.reason;
}

/** Does something that a signal may end, and says so when it did. @throws ROTA_INTERRUPTED */
export async function interruptible<T>(
  what: string,
  signal: AbortSignal | undefined,
  /** What it is like then. */
  then: string,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if ((error instanceof RotaError && error.code === 'ROTA_INTERRUPTED') || !isInterruption(error, signal)) throw error;
    throw new RotaError('ROTA_INTERRUPTED', `${what} was interrupted${then === '' ? '' : `; ${then}`}.`, { cause: error });
  }
}
