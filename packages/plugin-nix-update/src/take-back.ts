import { asFailure, UpdateFailure } from './failure.ts';
import { discardLockChange } from './lock/discard-lock-change.ts';
import type { LockChange } from './lock/lock-change.ts';
import type { Baseline } from './machine/read-baseline.ts';
import { rebootIntoDefault } from './reboot/reboot-into-default.ts';
import type { Ending, RunFacts } from './record/finish-report.ts';
import { holdAgainst } from './record/hold-against.ts';
import { hasWayBack, rollBack } from './steps/roll-back.ts';
import { isAtOrAfter } from './steps/step-names.ts';
import type { UpdateContext } from './update-context.ts';
import type { UpdateRun } from './update-run.ts';

/** Puts back what the steps have changed so far. */
export async function takeBack(
  context: UpdateContext,
  run: UpdateRun,
  baseline: Baseline,
  facts: RunFacts,
  failure: UpdateFailure,
): Promise<Ending> {
  const { step, lock, target } = run.journal();
  const activated = isAtOrAfter(step, 'activate') && !failure.deferred && context.settings.operation !== 'boot';
  const defaultChanged = isAtOrAfter(step, 'profile');
  // Another switch holds the lock, as it would hold it against a rollback. Nothing was activated; or all but the boot entry is done.
  if (failure.deferred && step === 'boot') return { status: 'deferred', failure, unfinished: true };
  // After the boot entry the update stands: what fails then is told, not undone.
  if (isAtOrAfter(step, 'keep-lock')) {
    context.warn(failure.message);
    return { status: 'updated' };
  }
  const deployed = activated || defaultChanged;
  if (deployed) noteTakenBack(context, run);
  // Remembered before anything else: should the rollback fail or be killed, it is still not tried again.
  if (deployed && target !== null) holdAgainst(context, target, facts, failure);
  try {
    if (deployed) {
      const needsBoot = await rollBack(context, { baseline, activated, defaultChanged });
      facts.reboot = await rebootIntoDefault(context, { baseline, needsBoot, sentBack: target });
    }
  } catch (error) {
    const { message, output } = asFailure(error);
    const both = new UpdateFailure('rollback', `${failure.message} ${message}`, { output });
    // With nothing to go back to, trying again would only keep every later update from beginning.
    const unfinished = hasWayBack(baseline) || (lock !== null && !(await discarded(context, lock)));
    return { status: 'rollback-failed', failure: both, unfinished };
  }
  if (lock !== null && !(await discarded(context, lock))) return { status: 'failed', failure, unfinished: true };
  if (!deployed) return { status: failure.deferred ? 'deferred' : 'failed', failure };
  return { status: 'rolled-back', failure };
}

/** Without it, whoever finds the journal after a kill in here would finish what had shown its health. A full disk must not stop the rollback. */
function noteTakenBack(context: UpdateContext, run: UpdateRun): void {
  try {
    run.note({ takenBack: true });
  } catch (error) {
    context.warn(`The journal cannot be written: ${asFailure(error).message}`);
  }
}

/** A full disk can keep even the old lock from being written: the journal stays then, and the next run tries again. */
async function discarded(context: UpdateContext, lock: LockChange): Promise<boolean> {
  try {
    await discardLockChange(context, lock);
    return true;
  } catch (error) {
    context.warn(`flake.lock could not be put back yet; the next run does it: ${asFailure(error).message}`);
    return false;
  }
}
