import type { UpdateFailure } from '../failure.ts';
import { publishRun } from '../fleet/publish-run.ts';
import type { UpdateJournal } from '../journal/update-journal.ts';
import type { InputChange } from '../lock/lock-inputs.ts';
import type { OpenContext } from '../open-context.ts';
import type { RebootState } from '../reboot/reboot-marker.ts';
import type { UpdateReport, UpdateStatus } from '../report.ts';
import { insisting } from './held-up.ts';
import { appendReport, readReports } from './history.ts';
import { keepSettings } from './kept-settings.ts';
import { appendLog } from './log-file.ts';
import { notify } from './notify.ts';

/** What a run has found out for its report; filled in as the steps go. */
export interface RunFacts {
  inputs: readonly InputChange[];
  summary: readonly string[];
  lockDigest: string | null;
  /** Of the lock with this digest, where this run made it; the checkout may not have it. */
  lockText?: string;
  /** What was deployed is at fault, and sent back for it. */
  isBad?: boolean;
  reboot: RebootState;
}

/** How a run ends. */
export interface Ending {
  readonly status: UpdateStatus;
  readonly failure?: UpdateFailure;
  /** The journal stays, for the next run to finish. */
  readonly unfinished?: boolean;
  readonly kind?: UpdateReport['kind'];
}

/** Closes a run: history, log, notice, and last of all the journal, so that a kill in here loses no rollback. */
export async function finishReport(
  { context, commands, warnings }: OpenContext,
  journal: UpdateJournal,
  facts: RunFacts,
  { status, failure: found, unfinished = false, kind = 'update' }: Ending,
): Promise<UpdateReport> {
  const { host, layout, settings } = context;
  let earlier: readonly UpdateReport[] = [];
  let failure = found;
  const report = (): UpdateReport => ({
    formatVersion: 1,
    runId: journal.runId,
    kind,
    cause: journal.cause,
    status,
    startedAt: journal.startedAt,
    endedAt: new Date(host.now()).toISOString(),
    step: failure === undefined ? null : journal.step,
    failure: failure === undefined ? null : { class: failure.failureClass, message: failure.message, output: failure.output },
    from: journal.baseline.profile,
    to: journal.target,
    lockDigest: facts.lockDigest,
    inputs: facts.inputs,
    summary: facts.summary,
    warnings: warnings(),
    reboot: facts.reboot,
    commands: commands(),
  });
  try {
    earlier = readReports(host.files, layout.history);
    failure = insisting(found, earlier);
    appendReport(host.files, layout.history, report());
    keepSettings(host.files, layout.settings, settings);
    appendLog(host.files, layout.log, host.now(), kind, status, failure?.message ?? journal.target ?? '');
  } catch (error) {
    context.warn(`The run could not be recorded: ${error instanceof Error ? error.message : String(error)}`);
  }
  await publishRun(context, report(), facts);
  const problem = await notify({ host, settings, report: report(), earlier });
  if (problem !== null) context.warn(problem);
  if (!unfinished) host.files.remove(layout.journal);
  return report();
}
