import type { Files } from '@rota/core';
import { asFailure, type FailureClass, type UpdateFailure } from '../failure.ts';
import type { UpdateContext } from '../update-context.ts';
import { isItsFault, rememberBad } from './bad-revisions.ts';
import type { RunFacts } from './finish-report.ts';

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

/**
 * A lost network is believed once: what is printed of it may not be why a system fails. That it was is noted here, and not read from the history,
 * which tells of a rollback that fails, or is cut off, as something else. A note that cannot be read or written must not stop the rollback.
 */
function isAgainWithoutNetwork({ host, layout, warn }: HoldingContext, target: string, failureClass: FailureClass): boolean {
  if (failureClass !== 'network') return false;
  try {
    const before = readLostNetwork(host.files, layout.lostNetwork);
    if (before.includes(target)) return true;
    host.files.write(layout.lostNetwork, `${JSON.stringify([...before, target].slice(-most))}\n`);
  } catch (error) {
    warn(`That the network was lost could not be noted: ${asFailure(error).message}`);
  }
  return false;
}

/** The oldest are forgotten. */
const most = 100;

/** Store paths; none where the file holds something else. */
export function readLostNetwork(files: Pick<Files, 'readText'>, path: string): readonly string[] {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? '[]');
    return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
  } catch {
    return [];
  }
}
