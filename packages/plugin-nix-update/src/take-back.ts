import { asFailure, UpdateFailure } from './failure.ts';
import { discardLockChange } from './lock/discard-lock-change.ts';
import type { LockChange } from './lock/lock-change.ts';
import type { Baseline } from './machine/read-baseline.ts';
import { rebootIntoDefault } from './reboot/reboot-into-default.ts';
import type { Ending, RunFacts } from './record/finish-report.ts';
import { holdAgainst } from './record/hold-against.ts';
import { othersSystem, staysBehind } from './steps/others-system.ts';
import { hasWayBack, rollBack } from './steps/roll-back.ts';
import { isAtOrAfter, type StepName } from './steps/step-names.ts';
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
  // Another switch holds the lock, as it would hold it against a rollback. Nothing was activated; or all but the boot entry is done.
  if (failure.deferred && step === 'boot') return { status: 'deferred', failure, unfinished: true };
  // After the boot entry the update stands: what fails then is told, not undone.
  if (isAtOrAfter(step, 'keep-lock')) {
    context.warn(failure.message);
    return { status: 'updated' };
  }
  const own = { target, baseline };
  const theirs = othersOf(context, own, step, failure);
  const mayBeActive = isAtOrAfter(step, 'activate') && !(failure.deferred && step === 'activate');
  const activated = mayBeActive && context.settings.operation !== 'boot' && theirs.current === null;
  const defaultChanged = isAtOrAfter(step, 'profile') && theirs.profile === null;
  const deployed = activated || defaultChanged;
  if (deployed) noteTakenBack(context, run, failure);
  // Remembered before anything else: should the rollback fail or be killed, it is still not tried again.
  if (deployed && target !== null && !failure.deferred) holdAgainst(context, target, facts, failure);
  try {
    if (deployed) {
      const needsBoot = await rollBack(context, { ...own, activated, defaultChanged });
      const profile = othersSystem(context, own, 'profile') ?? baseline.profile;
      facts.reboot = await rebootIntoDefault(context, { baseline: { ...baseline, profile }, needsBoot, sentBack: target });
    }
  } catch (error) {
    const { message, output, failureClass, deferred } = asFailure(error);
    const story = `${failure.message} ${message}`;
    // Nothing is known to be unwell, and nothing but another switch is in the way.
    if (failure.deferred && deferred) {
      const later = new UpdateFailure(failureClass, story, { output, deferred });
      return { status: 'deferred', failure: later, unfinished: true };
    }
    const both = new UpdateFailure('rollback', story, { output });
    // With nothing to go back to, trying again would only keep every later update from beginning.
    const unfinished = hasWayBack(baseline) || (lock !== null && !(await discarded(context, lock)));
    return { status: 'rollback-failed', failure: both, unfinished };
  }
  if (lock !== null && !(await discarded(context, lock))) return { status: 'failed', failure, unfinished: true };
  if (failure.deferred) return { status: 'deferred', failure };
  return { status: deployed ? 'rolled-back' : 'failed', failure };
}

/** What somebody has put in place since: not replaced, and said where the failure itself does not. */
function othersOf(
  context: UpdateContext,
  own: { readonly target: string | null; readonly baseline: Baseline },
  step: StepName,
  { message }: UpdateFailure,
): Readonly<Record<'current' | 'profile', string | null>> {
  const found = (which: 'current' | 'profile'): string | null => {
    const theirs = isAtOrAfter(step, 'activate') ? othersSystem(context, own, which) : null;
    if (theirs !== null && !message.includes(theirs)) context.warn(staysBehind(context, theirs, which));
    return theirs;
  };
  return { current: found('current'), profile: found('profile') };
}

/** Without it, whoever finds the journal after a kill in here would finish what had shown its health. A full disk must not stop the rollback. */
function noteTakenBack(context: UpdateContext, run: UpdateRun, { deferred }: UpdateFailure): void {
  try {
    run.note({ takenBack: true, blameless: deferred });
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
