import { UpdateFailure } from '../failure.ts';
import { discardLockChange } from '../lock/discard-lock-change.ts';
import { keepOrNoteLock } from '../lock/keep-lock-change.ts';
import { activationUnit } from '../machine/activation-commands.ts';
import { followLink } from '../machine/follow-link.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import { parseProperties, unitState } from '../machine/systemd-commands.ts';
import type { OpenContext } from '../open-context.ts';
import { decideReboot } from '../reboot/decide-reboot.ts';
import { holdReboot } from '../reboot/hold-reboot.ts';
import { rebootIntoDefault } from '../reboot/reboot-into-default.ts';
import { rememberBad } from '../record/bad-revisions.ts';
import { type Ending, finishReport, type RunFacts } from '../record/finish-report.ts';
import type { UpdateReport } from '../report.ts';
import { makeBootDefault } from '../steps/activate-system.ts';
import { othersSystem, staysBehind } from '../steps/others-system.ts';
import { hasWayBack, rollBack } from '../steps/roll-back.ts';
import { pointProfile } from '../steps/set-profile.ts';
import { firstKeptStep, isAtOrAfter } from '../steps/step-names.ts';
import type { UpdateContext } from '../update-context.ts';
import { readJournal, type UpdateJournal } from './update-journal.ts';

/**
 * Ends a run that was killed, or that lost its power: undone when the new system had not shown its health yet, else finished. `null` when there
 * is none. Everything in here is safe to repeat, so a kill in here changes nothing.
 *
 * @throws ROTA_STATE_DAMAGED
 */
export async function recover(open: OpenContext): Promise<UpdateReport | null> {
  const { host, layout } = open.context;
  const journal = readJournal(host.files, layout.journal);
  if (journal === null) return null;
  const context: UpdateContext = { ...open.context, system: journal.system };
  await activationEnded(context);
  const facts: RunFacts = { inputs: [], summary: [], lockDigest: null, reboot: 'not-needed' };
  const ending = mayFinish(context, journal) ? await finish(context, journal, facts) : await undo(context, journal, facts);
  return await finishReport({ ...open, context }, journal, facts, { ...ending, kind: 'recovery' });
}

/** Healthy when it was cut off, and not lost by a boot into the old system since. */
function mayFinish({ host, system }: UpdateContext, { step, target, baseline, needsBoot, takenBack }: UpdateJournal): boolean {
  if (takenBack === true || target === null || !isAtOrAfter(step, firstKeptStep)) return false;
  return needsBoot || readBootId(host.files) === baseline.bootId || followLink(host.files, system.current) === target;
}

async function finish(context: UpdateContext, journal: UpdateJournal, facts: RunFacts): Promise<Ending> {
  const { target, lock, baseline, needsBoot, operation } = journal;
  if (target === null) return { status: 'failed' };
  const own = leftToOthers(context, journal, 'profile');
  try {
    await holdReboot(context);
    // What was to be tested until the next boot does not become what boots.
    if (operation !== 'test' && own === null) {
      await pointProfile(context, target);
      await makeBootDefault(context, target);
    }
    if (lock !== null) await keepOrNoteLock(context, lock);
    facts.reboot =
      own === null
        ? await decideReboot(context, { baseline, facts, target, needsBoot, rebootNow: false })
        : await rebootIntoDefault(context, { baseline: { ...baseline, profile: own }, needsBoot: false });
    return { status: 'updated' };
  } catch (error) {
    if (isPutOff(error)) return { status: 'deferred', failure: error, unfinished: true };
    return { status: 'rollback-failed', failure: interrupted('could not be finished', error), unfinished: true };
  }
}

async function undo(context: UpdateContext, journal: UpdateJournal, facts: RunFacts): Promise<Ending> {
  const { step, lock, baseline, operation, target, left, takenBack = false, blameless = false } = journal;
  const sameBoot = readBootId(context.host.files) === baseline.bootId;
  // A boot has made the old system active already: an activation lasts until then. But what was the default when it was sent back may have booted.
  const mayBeActive = sameBoot || (takenBack && followLink(context.host.files, context.system.current) === target);
  const activated =
    mayBeActive && operation !== 'boot' && isAtOrAfter(step, 'activate') && leftToOthers(context, journal, 'current') === null;
  const mayBeDefault = operation !== 'test' && isAtOrAfter(step, firstKeptStep);
  const defaultChanged = mayBeDefault && leftToOthers(context, journal, 'profile') === null;
  const isStuck = (activated || defaultChanged) && !hasWayBack(baseline);
  const failure = new UpdateFailure(
    'interrupted',
    `An update was cut off in the step ${step}; what it had changed was taken back.`,
  );
  // A machine that went down while the new system was active may have gone down because of it. A killed updater proves nothing.
  if (!sameBoot && target !== null && isAtOrAfter(step, 'activate')) {
    rememberBad(context, {
      path: target,
      lockDigest: null,
      class: 'interrupted',
      reason: `the machine went down in the step ${step}`,
    });
  }
  try {
    if ((activated || defaultChanged) && !isStuck) {
      await holdReboot(context);
      const needsBoot = await rollBack(context, { baseline, target, left, activated, defaultChanged });
      // Where it may have been replaced, what somebody has put there is told already.
      const profile = (mayBeDefault ? othersSystem : leftToOthers)(context, journal, 'profile') ?? baseline.profile;
      facts.reboot = await rebootIntoDefault(context, { baseline: { ...baseline, profile }, needsBoot, sentBack: target });
    }
    if (lock !== null) await discardLockChange(context, lock, true);
  } catch (error) {
    // What is known to be unwell, and still active, is told again.
    if (isPutOff(error) && (!takenBack || blameless)) return { status: 'deferred', failure: error, unfinished: true };
    return { status: 'rollback-failed', failure: interrupted('could not be taken back', error), unfinished: true };
  }
  // Told once: trying again would only keep every later update from beginning.
  if (isStuck)
    return { status: 'rollback-failed', failure: interrupted('could not be taken back', 'there was no system before.') };
  return { status: activated || defaultChanged ? 'rolled-back' : 'failed', failure };
}

/** What somebody has made active, or the default, since the run was cut off. */
function leftToOthers(context: UpdateContext, journal: UpdateJournal, which: 'current' | 'profile'): string | null {
  const own = othersSystem(context, journal, which);
  if (own !== null) context.warn(staysBehind(context, own, which));
  return own;
}

/** Another switch goes on still: nothing is wrong, and the next run looks again. */
function isPutOff(error: unknown): error is UpdateFailure {
  return error instanceof UpdateFailure && error.deferred;
}

function interrupted(what: string, error: unknown): UpdateFailure {
  const message = error instanceof Error ? error.message : String(error);
  return new UpdateFailure('rollback', `An update was cut off and ${what}: ${message}`);
}

const pollMs = 500;

/** An activation has a unit of its own and outlives the updater: two at once would fight. Its own limit ends it. */
async function activationEnded({ host, call, system, settings, elapsedMs }: UpdateContext): Promise<void> {
  const deadline = elapsedMs() + settings.activationTimeout + 60_000;
  while (elapsedMs() < deadline) {
    const result = await call({ ...unitState(system.kind, `${activationUnit}.service`), timeoutMs: 30_000 });
    const state = result.exitCode === 0 ? parseProperties(result.stdout).ActiveState : undefined;
    if (state !== 'active' && state !== 'activating' && state !== 'deactivating') return;
    await host.sleep(pollMs);
  }
}
