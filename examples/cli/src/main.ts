import { processIo } from './process-io.ts';
import { runCli } from './run-cli.ts';

/** The command as a process: sets the exit code, and lets output drain. The first Ctrl-C asks to stop in order, the second ends at once. */
export async function main(args: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort();
    });
  }
  // `rota status | head` closes the pipe early; that is no failure of ours.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
    process.exit(0);
  });
  process.exitCode = await runCli(args, processIo(interruption.signal));
}
