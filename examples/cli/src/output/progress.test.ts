import { expect, test, vi } from 'vitest';
import { progress, waiting, whileSilent } from './progress.ts';

/** A terminal that keeps what is written to it. */
function terminal(isTerminal = true) {
  const written: string[] = [];
  return {
    written,
    io: {
      out: () => undefined,
      err: (text: string) => void written.push(text),
      env: {},
      cwd: '/',
      outIsTerminal: isTerminal,
      errIsTerminal: isTerminal,
      inIsTerminal: isTerminal,
      columns: 80,
      ask: async () => '',
      signal: new AbortController().signal,
      host: {},
    },
  };
}

test('what takes longer than a second is told of, and the line goes away', async () => {
  vi.useFakeTimers();
  try {
    const { io, written } = terminal();
    const work = waiting(io, 'Waiting', () => new Promise((resolve) => setTimeout(() => resolve(1), 1500)));
    await vi.advanceTimersByTimeAsync(999);
    expect(written).toEqual([]);
    await vi.advanceTimersByTimeAsync(600);
    expect(await work).toBe(1);
    expect(written).toEqual(['\r\u001b[KWaiting...', '\r\u001b[K']);
  } finally {
    vi.useRealTimers();
  }
});

test('off a terminal, and below a second, nothing is written', async () => {
  vi.useFakeTimers();
  try {
    const { io, written } = terminal(false);
    const line = progress(io, 'Waiting');
    await vi.advanceTimersByTimeAsync(5000);
    line.step(1, 2);
    line.end();
    const quick = terminal();
    await waiting(quick.io, 'Waiting', async () => undefined);
    expect([...written, ...quick.written]).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});

test('a command that says nothing for a second is told of until it does, and not again', async () => {
  vi.useFakeTimers();
  try {
    const { io, written } = terminal();
    const silent = whileSilent(io, 'Working');
    await vi.advanceTimersByTimeAsync(1100);
    silent.io.err('a word\n');
    silent.io.err('another\n');
    await vi.advanceTimersByTimeAsync(5000);
    silent.end();
    expect(written).toEqual(['\r\u001b[KWorking...', '\r\u001b[K', 'a word\n', 'another\n']);
    const quick = terminal();
    const asked = whileSilent(quick.io, 'Working');
    await asked.io.ask('Really?');
    await vi.advanceTimersByTimeAsync(5000);
    asked.end();
    expect(quick.written).toEqual([]);
  } finally {
    vi.useRealTimers();
  }
});
