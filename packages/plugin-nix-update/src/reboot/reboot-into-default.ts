import type { Baseline } from '../machine/read-baseline.ts';
import type { UpdateContext } from '../update-context.ts';
import { decideReboot } from './decide-reboot.ts';
import type { RebootState } from './reboot-marker.ts';

export interface RebootIntoDefaultInput {
  /** Its `profile` is what boots. */
  readonly baseline: Pick<Baseline, 'profile' | 'failedUnits'>;
  /** It cannot be active before a boot. */
  readonly needsBoot: boolean;
  /** What was sent back just now. */
  readonly sentBack?: string | null;
}

/**
 * Decides about a reboot into what is the default already: after a rollback, for the kernel of what was sent back runs on, and on a night that
 * brings nothing else. What goes wrong here is a warning: the rollback stands.
 */
export async function rebootIntoDefault(
  context: UpdateContext,
  { baseline, needsBoot, sentBack = null }: RebootIntoDefaultInput,
): Promise<RebootState> {
  if (baseline.profile === null) return 'not-needed';
  try {
    const facts = { lockDigest: null };
    return await decideReboot(context, { baseline, facts, target: baseline.profile, needsBoot, rebootNow: false, sentBack });
  } catch (error) {
    context.warn(`Whether a reboot is needed could not be decided: ${error instanceof Error ? error.message : String(error)}`);
    return 'unknown';
  }
}
