import { processIo } from './program/process-io.ts';
import { runCli } from './program/run-cli.ts';

/** The command as a process: sets the exit code, and lets output drain. The first Ctrl-C asks to stop in order, the second ends at once. */
export async function main(args: readonly string[]): Promise<void> {
  const interruption = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.on(signal, () => {
      if (interruption.signal.aborted) process.exit(130);
      interruption.abort();
    });
  }
  let exitCode: number | undefined;
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') {
      // `rota history | head` closes the pipe early. A change is not left half made for that; what goes on until interrupted ends.
      if (endsWithReader(args)) interruption.abort();
      return;
    }
    if (exitCode === 1) return;
    exitCode = 1;
    process.exitCode = 1;
    process.stderr.write(
      `error: The output cannot be written: ${error.code === 'ENOSPC' ? 'the disk is full' : error.message}.\n`,
    );
  });
  // Nobody is left to tell.
  process.stderr.on('error', () => undefined);
  const ended = await runCli(args, processIo(interruption.signal));
  process.exitCode = exitCode ?? ended;
}

function endsWithReader(args: readonly string[]): boolean {
  const [command = ''] = args;
  return ['logs', 'report', 'run-all'].includes(command);
}
