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
