import { receiveMigration } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** `rota bundle receive`: what `rota bundle migrate` starts on the other machine. It is asked by lines on standard input. */
export async function run(context: CommandContext): Promise<number> {
  // Who asked may be gone, and with it whoever reads this; what has begun is undone all the same.
  process.stdout.on('error', () => undefined);
  await receiveMigration({
    host: context.host(),
    input: process.stdin,
    answer: (line) => void process.stdout.write(`${line}\n`),
    signal: context.io.signal,
  });
  process.stdin.destroy();
  return 0;
}
