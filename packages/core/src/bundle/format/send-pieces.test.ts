import { PassThrough, Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { sendPieces } from './send-pieces.ts';

/** Gives 0, 1, 2, ... in two buffers by turns. */
async function* numbers(count: number, ended?: () => void): AsyncGenerator<Uint8Array> {
  const buffers = [Buffer.alloc(1), Buffer.alloc(1)];
  try {
    for (let at = 0; at < count; at += 1) {
      const [buffer] = buffers.splice(0, 1);
      if (buffer === undefined) return;
      buffer[0] = at;
      yield buffer;
      buffers.push(buffer);
    }
  } finally {
    ended?.();
  }
}

test('a source may use a buffer again for the piece behind the next, however slowly it is written', async () => {
  const seen: number[] = [];
  const slow = new Writable({
    write(piece, _, done) {
      setImmediate(() => {
        seen.push(piece[0]);
        done();
      });
    },
  });
  await sendPieces(numbers(50), slow);
  expect(seen).toEqual(Array.from({ length: 50 }, (_, at) => at));
});

test('what the source throws destroys the stream, and is thrown', async () => {
  async function* broken(): AsyncGenerator<Uint8Array> {
    yield Buffer.from('x');
    throw new Error('no more');
  }
  const to = new PassThrough();
  await expect(sendPieces(broken(), to)).rejects.toThrow('no more');
  expect(to.destroyed).toBe(true);
});

test('what the stream fails with is thrown, and the source is ended', async () => {
  let ended = false;
  const failing = new Writable({ write: (_piece, _encoding, done) => done(new Error('disk full')) });
  await expect(
    sendPieces(
      numbers(9, () => {
        ended = true;
      }),
      failing,
    ),
  ).rejects.toThrow('disk full');
  expect(ended).toBe(true);
});

test('a stream that is closed while it writes does not hold up its source', async () => {
  let ended = false;
  const stuck = new Writable({ write: () => undefined });
  const sent = sendPieces(
    numbers(9, () => {
      ended = true;
    }),
    stuck,
  );
  setImmediate(() => stuck.destroy());
  await expect(sent).rejects.toMatchObject({ code: 'ERR_STREAM_PREMATURE_CLOSE' });
  expect(ended).toBe(true);
});
