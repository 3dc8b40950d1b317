import { UpdateFailure } from '../failure.ts';
import { healthProblems } from '../health/check-health.ts';
import type { UpdateJournal } from '../journal/update-journal.ts';
import { followLink } from '../machine/follow-link.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import type { OpenContext } from '../open-context.ts';
import { rememberBad } from '../record/bad-revisions.ts';
import { type Ending, finishReport } from '../record/finish-report.ts';
import type { UpdateReport } from '../report.ts';
import { rollBack } from '../steps/roll-back.ts';
import type { UpdateContext } from '../update-context.ts';
import { type RebootMarker, readRebootMarker } from './reboot-marker.ts';

/**
 * After a boot that an update waited for: is what was to boot active, and well? If something else booted, or it is not well, what boots is put back
 * to what was there before, and the revision is remembered as bad. `null` when no boot is awaited or none has happened.
 */
export async function verifyAfterBoot(open: OpenContext): Promise<UpdateReport | null> {
  const { context } = open;
  const { host, layout, cause, settings, system } = context;
  const marker = readRebootMarker(host.files, layout.reboot);
  if (marker === null || marker.bootId === readBootId(host.files)) return null;
  const current = followLink(host.files, system.current);
  const startedAt = new Date(host.now()).toISOString();
  const journal: UpdateJournal = {
    formatVersion: 1,
    runId: `${startedAt.replaceAll(/[-:.]/g, '')}-boot`,
    cause,
    startedAt,
    operation: settings.operation,
    system,
    step: 'reboot',
    baseline: { profile: marker.previous, current, bootId: marker.bootId, failedUnits: marker.failedUnits },
    lock: null,
    target: marker.expected,
    needsBoot: true,
  };
  const ending = await verified(context, marker, current);
  // Last: a kill in between verifies once more.
  host.files.remove(layout.reboot);
  const facts = { inputs: [], summary: [], lockDigest: marker.lockDigest, reboot: 'not-needed' } as const;
  return await finishReport(open, journal, facts, { ...ending, kind: 'verification' });
}

async function verified(context: UpdateContext, marker: RebootMarker, current: string | null): Promise<Ending> {
  const problem = await problemAfterBoot(context, marker, current);
  if (problem === null) return { status: 'updated' };
  context.host.files.remove(context.layout.unkeptLock);
  rememberBad(context, {
    path: marker.expected,
    lockDigest: marker.lockDigest,
    class: problem.failureClass,
    reason: problem.message,
  });
  const activated = current === marker.expected;
  try {
    const baseline = { profile: marker.previous, current: marker.previous, failedUnits: marker.failedUnits };
    await rollBack(context, { baseline, activated, defaultChanged: true });
    return { status: 'rolled-back', failure: problem };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { status: 'rollback-failed', failure: new UpdateFailure('rollback', `${problem.message} ${message}`) };
  }
}

async function problemAfterBoot(
  context: UpdateContext,
  marker: RebootMarker,
  current: string | null,
): Promise<UpdateFailure | null> {
  if (current !== marker.expected)
    return new UpdateFailure('boot', `The machine booted ${current ?? 'something that cannot be read'}, not ${marker.expected}.`);
  const problems = await healthProblems(context, marker.failedUnits);
  return problems.length === 0 ? null : new UpdateFailure('health', `After the boot: ${problems.join(' ')}`);
}
