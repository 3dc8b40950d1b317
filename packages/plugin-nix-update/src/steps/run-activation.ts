import type { ProcessResult } from '@rota/core';
import { UpdateFailure } from '../failure.ts';
import type { Command } from '../machine/command.ts';
import type { UpdateContext } from '../update-context.ts';

/** switch-to-configuration allows one at a time, and says this with exit 1 before it does anything. */
const busy = /^Could not acquire lock\b/m;
const pollMs = 2000;

/**
 * Runs an activation. Another one that is under way, such as a person's, is waited for, as long as one may take; `look` is what has to hold still
 * after it, and throws where it does not.
 *
 * @throws UpdateFailure, deferred: nothing was activated, for the other one has not ended
 */
export async function runActivation(
  { host, settings, call, elapsedMs }: Pick<UpdateContext, 'host' | 'settings' | 'call' | 'elapsedMs'>,
  command: Command,
  look: () => void = () => undefined,
): Promise<ProcessResult> {
  const deadline = elapsedMs() + settings.activationTimeout;
  for (;;) {
    const result = await call(command);
    if (result.exitCode !== 1 || !busy.test(`${result.stderr}\n${result.stdout}`)) return result;
    if (elapsedMs() >= deadline)
      throw new UpdateFailure(
        'precondition',
        'Another switch of this machine is under way, and does not end; the next run looks again.',
        {
          deferred: true,
        },
      );
    await host.sleep(pollMs);
    look();
  }
}
