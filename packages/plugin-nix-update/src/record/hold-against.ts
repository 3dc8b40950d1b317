import { asFailure, type FailureClass, type UpdateFailure } from '../failure.ts';
import type { UpdateContext } from '../update-context.ts';
import { isItsFault, rememberBad } from './bad-revisions.ts';
import type { RunFacts } from './finish-report.ts';
import { readReports } from './history.ts';

type HoldingContext = Pick<UpdateContext, 'host' | 'layout' | 'warn'>;

/** Remembers a system that is sent back as bad, unless it was sent back through no fault of its own. */
export function holdAgainst(
  context: HoldingContext,
  path: string,
  facts: Pick<RunFacts, 'lockDigest' | 'isBad'>,
  { failureClass, message }: UpdateFailure,
): void {
  if (!isItsFault(failureClass) && !isAgainWithoutNetwork(context, path, failureClass)) return;
  facts.isBad = true;
  rememberBad(context, { path, lockDigest: facts.lockDigest, class: failureClass, reason: message });
}

/** A lost network is believed once: what is printed of it may not be why a system fails. A history that cannot be read must not stop the rollback. */
function isAgainWithoutNetwork({ host, layout, warn }: HoldingContext, target: string, failureClass: FailureClass): boolean {
  if (failureClass !== 'network') return false;
  try {
    return readReports(host.files, layout.history).some(
      ({ to, status, failure }) => to === target && status === 'rolled-back' && failure?.class === 'network',
    );
  } catch (error) {
    warn(`The history cannot be read: ${asFailure(error).message}`);
    return false;
  }
}
