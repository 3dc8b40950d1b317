import { UpdateFailure } from '../failure.ts';
import { unitProblem } from '../health/unit-problem.ts';
import { systemStateProblem } from '../health/units-problem.ts';
import { diskProblem } from '../preconditions/disk-problem.ts';
import { meteredProblem } from '../preconditions/metered-problem.ts';
import { networkProblem } from '../preconditions/network-problem.ts';
import { powerProblem } from '../preconditions/power-problem.ts';
import { privilegeProblem } from '../preconditions/privilege-problem.ts';
import { uptimeProblem } from '../preconditions/uptime-problem.ts';
import type { UpdateContext } from '../update-context.ts';

/** One condition of an update and how it stands. */
export interface PreconditionResult {
  readonly name: string;
  /** `null` when it holds. */
  readonly problem: string | null;
  /** Mends itself: the update waits for the next run, and nobody is alarmed. */
  readonly passing: boolean;
}

/** Looks at every condition of an update, and changes nothing. All are looked at, so that one report names all. */
export async function preconditions(
  context: Omit<UpdateContext, 'warn' | 'remainingMs'>,
): Promise<readonly PreconditionResult[]> {
  const { host, settings, cause } = context;
  const lasting = (name: string, problem: string | null): PreconditionResult => ({ name, problem, passing: false });
  const passing = (name: string, problem: string | null): PreconditionResult => ({ name, problem, passing: true });
  return [
    lasting('privilege', privilegeProblem(context)),
    ...diskProblem(context).map((problem) => lasting('disk', problem)),
    ...(cause === 'emergency' ? [] : [passing('uptime', uptimeProblem(host, settings.minUptime))]),
    ...(settings.requireNetwork ? [passing('network', networkProblem(host))] : []),
    ...(settings.requireAcPower ? [passing('power', powerProblem(host))] : []),
    ...(settings.allowMetered ? [] : [passing('metered', await meteredProblem(context))]),
    ...(settings.requireRunning ? [lasting('system state', await systemStateProblem(context))] : []),
    ...(await Promise.all(
      settings.requiredServices.map(async (unit) => lasting(`service ${unit}`, await unitProblem(context, unit))),
    )),
  ];
}

/** @throws UpdateFailure that names every condition that does not hold */
export async function requirePreconditions(context: UpdateContext): Promise<void> {
  const unmet = (await preconditions(context)).filter(({ problem }) => problem !== null);
  if (unmet.length === 0) return;
  const disk = unmet.some(({ name }) => name === 'disk');
  throw new UpdateFailure(disk ? 'disk' : 'precondition', unmet.map(({ problem }) => problem).join(' '), {
    deferred: unmet.every(({ passing }) => passing),
  });
}
