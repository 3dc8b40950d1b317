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
    if (typeof expected[which] === 'string' && now !== expected[which]) throw somebodysSwitch(now, system[which]);
  }
}

/**
 * The same after the activation: what is active is what was brought, and the default what was found. The activation of a home may have made it the
 * default already, and need not note that it is active.
 *
 * @throws UpdateFailure, deferred
 */
export function requireOwnSystem(
  { host, system }: Pick<UpdateContext, 'host' | 'system'>,
  { target, baseline }: { readonly target: string; readonly baseline: Pick<Baseline, 'profile' | 'current'> },
  which: 'profile' | 'current',
): void {
  const now = followLink(host.files, system[which]);
  const own = which === 'current' && system.kind === 'nixos' ? [target] : [target, baseline[which]];
  // What was collected as garbage is nobody's.
  if (now !== null && host.files.facts(now) !== undefined && !own.includes(now)) throw somebodysSwitch(now, system[which]);
}

function somebodysSwitch(now: string | null, link: string): UpdateFailure {
  return new UpdateFailure(
    'precondition',
    `Somebody has put ${now} behind ${link} during the update; the next run begins with that.`,
    { deferred: true },
  );
}
