import { UpdateFailure } from '../failure.ts';
import { healthProblems } from '../health/check-health.ts';
import { healthFailure } from '../health/health-failure.ts';
import { type UpdateJournal, writeJournal } from '../journal/update-journal.ts';
import { followLink } from '../machine/follow-link.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import type { OpenContext } from '../open-context.ts';
import { type Ending, finishReport, type RunFacts } from '../record/finish-report.ts';
import { holdAgainst } from '../record/hold-against.ts';
import type { UpdateReport } from '../report.ts';
import { rollBack } from '../steps/roll-back.ts';
import type { UpdateContext } from '../update-context.ts';
import { forgetReboot } from './forget-reboot.ts';
import { rebootIntoDefault } from './reboot-into-default.ts';
import { type RebootMarker, readRebootMarker } from './reboot-marker.ts';

/**
 * After a boot that an update waited for: is what was to boot active, and well? If something else booted, or it is not well, what boots is put back
 * to what was there before, and the revision is remembered as bad. `null` when no boot is awaited, none has happened, or somebody has made another
 * system the default since: that one is theirs, and stays.
 */
export async function verifyAfterBoot(open: OpenContext): Promise<UpdateReport | null> {
  const { context } = open;
  const { host, layout, cause, system } = context;
  const marker = readRebootMarker(host.files, layout.reboot);
  const bootId = readBootId(host.files);
  if (marker === null || marker.bootId === bootId) return null;
  const profile = followLink(host.files, system.profile);
  if (profile !== null && profile !== marker.expected) {
    forgetReboot(host.files, layout);
    return null;
  }
  const current = followLink(host.files, system.current);
  const activated = current === marker.expected;
  const startedAt = new Date(host.now()).toISOString();
  const journal: UpdateJournal = {
    formatVersion: 1,
    runId: `${startedAt.replaceAll(/[-:.]/g, '')}-boot`,
    cause,
    startedAt,
    operation: 'switch',
    system,
    step: 'reboot',
    // What a rollback goes to: the system before, where the new one runs; else nothing that runs is touched.
    baseline: {
      profile: marker.previous,
      current: activated ? marker.previous : current,
      bootId,
      failedUnits: marker.failedUnits,
    },
    lock: null,
    target: marker.expected,
    needsBoot: true,
    takenBack: true,
  };
  const facts: RunFacts = { inputs: [], summary: [], lockDigest: marker.lockDigest, reboot: 'not-needed' };
  const problem = await problemAfterBoot(context, marker, current);
  // A network that is away says nothing of the system that was gone back to, and there is no other.
  const stays = problem?.failureClass === 'network' && marker.previous === marker.expected;
  // Last: a kill before verifies once more.
  if (problem === null || stays) forgetReboot(host.files, layout);
  const ending: Ending =
    problem === null
      ? { status: 'updated' }
      : stays
        ? { status: 'failed', failure: problem }
        : await sendBack(context, { marker, journal, facts, problem, activated });
  return await finishReport(open, journal, facts, { ...ending, kind: 'verification' });
}

interface FailedBoot {
  readonly marker: RebootMarker;
  readonly journal: UpdateJournal;
  readonly facts: RunFacts;
  readonly problem: UpdateFailure;
  readonly activated: boolean;
}

/** From here on the journal tells what is to be done; whoever finds it goes on with it. */
async function sendBack(context: UpdateContext, failed: FailedBoot): Promise<Ending> {
  const { marker, journal, facts, problem, activated } = failed;
  const { host, layout } = context;
  const { baseline } = journal;
  host.files.remove(layout.unkeptLock);
  holdAgainst(context, marker.expected, facts, problem);
  const journaled = wroteJournal(context, journal);
  try {
    const needsBoot = await rollBack(context, { baseline, target: marker.expected, activated, defaultChanged: true });
    forgetReboot(host.files, layout);
    // Whoever booted something else chose it, and stays there.
    if (activated) facts.reboot = await rebootIntoDefault(context, { baseline, needsBoot, sentBack: marker.expected });
    return { status: 'rolled-back', failure: problem };
  } catch (error) {
    // Without a journal the marker is all that the next run has.
    if (journaled) forgetReboot(host.files, layout);
    const message = error instanceof Error ? error.message : String(error);
    return {
      status: 'rollback-failed',
      failure: new UpdateFailure('rollback', `${problem.message} ${message}`),
      // With nothing to go back to, trying again is for nothing.
      unfinished: marker.previous !== null,
    };
  }
}

/** A full disk must not stop the rollback. */
function wroteJournal({ host, layout, warn }: UpdateContext, journal: UpdateJournal): boolean {
  try {
    writeJournal(host.files, layout.journal, journal);
    return true;
  } catch (error) {
    warn(`The journal cannot be written: ${error instanceof Error ? error.message : String(error)}`);
    return false;
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
  return problems.length === 0 ? null : healthFailure(problems, 'After the boot: ');
}
