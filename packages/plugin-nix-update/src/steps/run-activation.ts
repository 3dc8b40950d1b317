import type { ProcessResult } from '@rota/core';
import type { Command } from '../machine/command.ts';
import type { UpdateContext } from '../update-context.ts';

/** switch-to-configuration allows one at a time, and says this with exit 1 before it does anything. */
const busy = /^Could not acquire lock\b/m;
const pollMs = 2000;

/** Runs an activation. Another one that is under way, such as a person's, is waited for, as long as one may take. */
export async function runActivation(
  { host, settings, call, elapsedMs }: Pick<UpdateContext, 'host' | 'settings' | 'call' | 'elapsedMs'>,
  command: Command,
): Promise<ProcessResult> {
  const deadline = elapsedMs() + settings.activationTimeout;
  for (;;) {
    const result = await call(command);
    const isBusy = result.exitCode === 1 && busy.test(`${result.stderr}\n${result.stdout}`);
    if (!isBusy || elapsedMs() >= deadline) return result;
    await host.sleep(pollMs);
  }
}
