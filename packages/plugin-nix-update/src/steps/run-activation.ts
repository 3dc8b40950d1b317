import type { ProcessResult } from '@rota/core';
import { UpdateFailure } from '../failure.ts';
import type { Command } from '../machine/command.ts';
import { otherSwitch, printOtherSwitch } from '../machine/other-switch.ts';
import type { UpdateContext } from '../update-context.ts';

/** switch-to-configuration allows one at a time, and says this before it does anything: with exit 1, and in Perl with EAGAIN. */
const busy = /^Could not acquire lock\b/m;
const busyExits: ReadonlySet<number | null> = new Set([1, 11]);
const pollMs = 2000;

/**
 * Runs an activation. Another one that is under way, such as a person's, is waited for, as long as one may take; `look` is what has to hold still
 * after it, and throws where it does not.
 *
 * @throws UpdateFailure, deferred: nothing was activated, for the other one, which is named, has not ended
 */
export async function runActivation(
  { host, settings, call, elapsedMs }: Pick<UpdateContext, 'host' | 'settings' | 'call' | 'elapsedMs'>,
  command: Command,
  look: () => void = () => undefined,
): Promise<ProcessResult> {
  const deadline = elapsedMs() + settings.activationTimeout;
  for (;;) {
    const result = await call(command);
    if (!busyExits.has(result.exitCode) || !busy.test(`${result.stderr}\n${result.stdout}`)) return result;
    if (elapsedMs() >= deadline) {
      const other = otherSwitch(host.files);
      const who = other === null ? '' : `: ${printOtherSwitch(other)}`;
      throw new UpdateFailure(
        'busy',
        `Another switch of this machine is under way, and does not end${who}. The next run looks again.`,
        {
          deferred: true,
        },
      );
    }
    await host.sleep(pollMs);
    look();
  }
}
