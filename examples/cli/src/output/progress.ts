import type { Io } from '../program/io.ts';

/** A line on the terminal about what takes longer than a second; `step` adds how far it is. Off a terminal nothing is shown. */
export interface Progress {
  readonly step: (done: number, total: number) => void;
  /** Tells what is done now. */
  readonly label: (text: string) => void;
  /** Takes the line away. */
  readonly end: () => void;
}

export function progress(io: Io, label: string): Progress {
  let shown = false;
  let now = label;
  let text = `${label}...`;
  const show = (): void => {
    shown = true;
    io.err(`\r\u001b[K${text}`);
  };
  const timer = io.errIsTerminal ? setTimeout(show, 1000) : undefined;
  timer?.unref();
  return {
    step(done, total) {
      text = `${now} ${done} of ${total}`;
      if (shown) show();
    },
    label(what) {
      now = what;
      text = `${what}...`;
      if (shown) show();
    },
    end() {
      clearTimeout(timer);
      if (shown) io.err('\r\u001b[K');
      shown = false;
    },
  };
}

/** The same around one piece of work that cannot say how far it is. */
export async function waiting<T>(io: Io, label: string, work: (line: Progress) => Promise<T>): Promise<T> {
  const line = progress(io, label);
  try {
    return await work(line);
  } finally {
    line.end();
  }
}

/**
 * The streams of a command that may keep silent for long: after a second without a word of its own the terminal says that it works. Its
 * first word, question or progress takes the place of that.
 */
export function whileSilent(io: Io, label: string): { readonly io: Io; readonly end: () => void } {
  const line = progress(io, label);
  const speaking = {
    out: (text: string) => {
      line.end();
      io.out(text);
    },
    err: (text: string) => {
      line.end();
      io.err(text);
    },
    ask: (question: string) => {
      line.end();
      return io.ask(question);
    },
  };
  return { io: io.errIsTerminal ? { ...io, ...speaking } : io, end: line.end };
}
