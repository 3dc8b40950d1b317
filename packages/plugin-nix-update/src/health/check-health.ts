import type { HealthCheck } from '../settings/options-schema.ts';
import { commandProblem } from './command-problem.ts';
import type { HealthContext } from './health-context.ts';
import { httpProblem } from './http-problem.ts';
import { tcpProblem } from './tcp-problem.ts';
import { unitProblem } from './unit-problem.ts';
import { newlyFailedUnits, systemStateProblem } from './units-problem.ts';

const retryMs = 2000;

/**
 * Looks at the system until everything is well at two looks in a row, or the grace is over: what falls down and is started again and again is up now
 * and then. Answers what is wrong then, in words; nothing when it is healthy. Without any grace it is one look.
 * Units that had failed before the update count against nobody.
 */
export async function healthProblems(context: HealthContext, failedBefore: readonly string[] | null): Promise<readonly string[]> {
  const { host, settings, elapsedMs } = context;
  await host.sleep(settings.healthSettle);
  const deadline = elapsedMs() + settings.healthGrace;
  let wellBefore = settings.healthGrace === 0;
  for (;;) {
    const problems = await problemsNow(context, failedBefore);
    const well = problems.length === 0;
    const left = deadline - elapsedMs();
    if (well ? wellBefore : left <= 0) return problems;
    wellBefore = well;
    await host.sleep(left > 0 ? Math.min(retryMs, left) : retryMs);
  }
}

/** One look. */
export async function problemsNow(context: HealthContext, failedBefore: readonly string[] | null): Promise<readonly string[]> {
  const { settings } = context;
  const problems = await Promise.all([
    newlyFailedUnits(context, failedBefore),
    ...(settings.requireRunning ? [systemStateProblem(context)] : []),
    ...settings.requiredServices.map(async (unit) => await unitProblem(context, unit)),
    ...settings.healthChecks.map(async (check) => await problemOf(context, check)),
  ]);
  return problems.filter((problem) => problem !== null);
}

async function problemOf(context: HealthContext, check: HealthCheck): Promise<string | null> {
  if ('unit' in check) return await unitProblem(context, check.unit);
  if ('http' in check) return await httpProblem(check);
  if ('tcp' in check) return await tcpProblem(check.tcp);
  return await commandProblem(context, check);
}
