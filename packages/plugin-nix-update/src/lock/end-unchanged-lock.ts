import type { UpdateContext } from '../update-context.ts';
import { discardLockChange } from './discard-lock-change.ts';
import { keepLockChange } from './keep-lock-change.ts';
import type { LockChange } from './lock-change.ts';
import { readUnkeptLock } from './unkept-lock.ts';

/** The system of this lock is in place already: nothing to keep, unless it is the lock that an earlier run deployed and could not keep. */
export async function endUnchangedLock(context: UpdateContext, change: LockChange, digest: string): Promise<void> {
  const { host, layout } = context;
  const isUnkept =
    change.mode === 'committed' && change.commit !== null && readUnkeptLock(host.files, layout.unkeptLock)?.digest === digest;
  if (isUnkept) await keepLockChange(context, change);
  else await discardLockChange(context, change);
}
