import { asFailure } from './failure.ts';
import { readBaseline } from './machine/read-baseline.ts';
import { newRunId } from './new-run-id.ts';
import type { OpenContext } from './open-context.ts';
import { rebootIntoDefault } from './reboot/reboot-into-default.ts';
import { finishReport, type RunFacts } from './record/finish-report.ts';
import { rotateLog } from './record/log-file.ts';
import type { UpdateReport } from './report.ts';
import { takeBack } from './take-back.ts';
import { takeSteps } from './take-steps.ts';
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
    // What an earlier rollback went back to may still wait for its boot.
    if (failure.failureClass === 'bad-revision') facts.reboot = await rebootIntoDefault(context, { baseline, needsBoot: false });
    return finishReport(open, run.journal(), facts, ending);
  }
}
