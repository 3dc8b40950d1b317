import type { Io } from './io.ts';

/** This process's own streams. */
export function processIo(signal: AbortSignal): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    env: process.env,
    cwd: process.cwd(),
    outIsTerminal: process.stdout.isTTY === true,
    errIsTerminal: process.stderr.isTTY === true,
    inIsTerminal: process.stdin.isTTY === true,
    // A pipe has no width: nothing is cut for it.
    columns: process.stdout.columns ?? Number.POSITIVE_INFINITY,
    ask,
    signal,
    host: {},
  };
}

async function ask(question: string): Promise<string> {
  const { createInterface } = await import('node:readline/promises');
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  try {
    return await lines.question(question);
  } catch (cause) {
    // Ctrl-C and Ctrl-D at a question. The line that the person sees is not ended yet.
    process.stderr.write('\n');
    const { RotaError } = await import('@rota/core');
    throw new RotaError('ROTA_INTERRUPTED', 'Interrupted. Nothing was changed.', { cause });
  } finally {
    lines.close();
  }
}
