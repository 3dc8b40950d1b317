import { UpdateFailure } from '../failure.ts';
import { followLink } from '../machine/follow-link.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import type { UpdateContext } from '../update-context.ts';

/**
 * A person may have switched meanwhile; what they found worth that is not replaced, and nothing before it is gone back to. A link that `expected`
 * knows nothing of is not looked at.
 *
 * @throws UpdateFailure, deferred
 */
export function requireSameSystem(
  { host, system }: Pick<UpdateContext, 'host' | 'system'>,
  expected: Partial<Pick<Baseline, 'profile' | 'current'>>,
): void {
  for (const which of ['profile', 'current'] as const) {
    const now = followLink(host.files, system[which]);
    if (typeof expected[which] === 'string' && now !== expected[which])
      throw new UpdateFailure(
        'precondition',
        `Somebody has put ${now} behind ${system[which]} during the update; the next run begins with that.`,
        { deferred: true },
      );
  }
}
