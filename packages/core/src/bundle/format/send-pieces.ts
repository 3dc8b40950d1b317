import type { Writable } from 'node:stream';

/**
 * Writes piece after piece, each when the one before was taken: a source may use the buffer of a piece again when it is asked for the one behind
 * the next. Ends the stream behind the last.
 *
 * @throws what the source throws, and what the stream fails with; the stream is destroyed then
 */
export async function sendPieces(source: AsyncIterable<Uint8Array>, to: Writable): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  let refuse: ((error: unknown) => void) | undefined;
  const stop = (error: unknown): void => {
    failure ??= { error };
    refuse?.(failure.error);
  };
  to.on('error', stop);
  // A stream that is destroyed need not answer for what it was writing.
  to.once('close', () => stop(closedEarly()));
  const write = async (piece: Uint8Array): Promise<void> => {
    if (failure !== undefined) throw failure.error;
    await new Promise<void>((resolve, reject) => {
      refuse = reject;
      to.write(piece, (error) => (error ? reject(error) : resolve()));
    });
  };
  let taken: Promise<void> | undefined;
  try {
    for await (const piece of source) {
      await taken;
      taken = write(piece);
      taken.catch(() => undefined); // awaited before the next piece; here only so that it is not unhandled until then
    }
    await taken;
  } catch (error) {
    to.destroy(error instanceof Error ? error : undefined);
    throw error;
  }
  to.end();
}

function closedEarly(): Error {
  return Object.assign(new Error('the stream was closed before its end'), { code: 'ERR_STREAM_PREMATURE_CLOSE' });
}
