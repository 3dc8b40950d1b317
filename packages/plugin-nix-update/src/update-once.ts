import { asFailure } from './failure.ts';
import { followLink } from './machine/follow-link.ts';
import { readBaseline } from './machine/read-baseline.ts';
import { readBootId } from './machine/read-boot-id.ts';
import { newRunId } from './new-run-id.ts';
import type { OpenContext } from './open-context.ts';
import { rebootIntoDefault } from './reboot/reboot-into-default.ts';
import { readRebootMarker } from './reboot/reboot-marker.ts';
import { finishReport, type RunFacts } from './record/finish-report.ts';
import { rotateLog } from './record/log-file.ts';
import type { UpdateReport } from './report.ts';
import { takeBack } from './take-back.ts';
import { takeSteps } from './take-steps.ts';
import type { UpdateContext } from './update-context.ts';
import { beginRun, type StepEvent } from './update-run.ts';

export interface UpdateOnceInput {
  readonly onStep: (event: StepEvent) => void;
  readonly rebootNow: boolean;
  readonly signal: AbortSignal | undefined;
}

/** One pass through the steps, under the lock of the caller, with nothing left open from before. */
export async function updateOnce(open: OpenContext, { onStep, rebootNow, signal }: UpdateOnceInput): Promise<UpdateReport> {
  const { context } = open;
  const { host, layout, settings, system, cause } = context;
  rotateLog(host.files, layout.log, host.now(), settings.logRetentionDays);
  const baseline = await readBaseline(host, system, context.call);
  const run = beginRun(
    context,
    {
      formatVersion: 1,
      ...newRunId(host),
      cause,
      operation: settings.operation,
      system,
      step: 'preconditions',
      baseline,
      lock: null,
      target: null,
      needsBoot: false,
    },
    { onStep, signal },
  );
  const facts: RunFacts = { inputs: [], summary: [], lockDigest: null, reboot: 'not-needed' };
  try {
    const status = await takeSteps(context, run, baseline, facts, rebootNow);
    return finishReport(open, run.journal(), facts, { status });
  } catch (error) {
    const failure = asFailure(error);
    const ending = await takeBack(context, run, baseline, facts, failure);
    const { status, unfinished = false } = ending;
    const nothingDeployed = (status === 'failed' || status === 'deferred') && !unfinished;
    // What an earlier rollback went back to may still wait for its boot.
    if (nothingDeployed && (failure.failureClass === 'bad-revision' || isAwaited(context)))
      facts.reboot = await rebootIntoDefault(context, {
        baseline: { ...baseline, profile: followLink(host.files, system.profile) },
        needsBoot: false,
      });
    return finishReport(open, run.journal(), facts, ending);
  }
}

/** A boot into what is the default is still to come: its window may have opened meanwhile, and its announcement may have been taken back for this run. */
function isAwaited({ host, layout, system }: UpdateContext): boolean {
  const marker = readRebootMarker(host.files, layout.reboot);
  return marker?.bootId === readBootId(host.files) && marker?.expected === followLink(host.files, system.profile);
}
