import { buildReference } from '../plan/flake-reference.ts';
import { openRepository } from '../plan/open-repository.ts';
import { findTarget, type PlanTargetsInput } from '../plan/plan-targets.ts';
import type { PlannedTarget, TargetPlan } from '../plan/target-plan.ts';
import { targetLayout } from '../target-layout.ts';
import { evaluateAttr, isFailure } from './nix-build.ts';

/**
 * Asks nix what the targets that are not to be rebuilt would be, and marks those that would be another artifact than the recorded one: their
 * hints lack something. Evaluates, and builds nothing. A target that cannot be evaluated is a warning.
 *
 * @throws ROTA_COMMAND_MISSING
 */
export async function checkHints(
  input: PlanTargetsInput & { readonly signal?: AbortSignal | undefined },
  plan: TargetPlan,
): Promise<TargetPlan> {
  const { host, namespace, baseDir } = input;
  const repository = await openRepository(host, baseDir);
  const hasSubmodules = (await repository.git(['cat-file', '-e', `${plan.head}:.gitmodules`])).exitCode === 0;
  const layout = targetLayout(host.stateDir, namespace);
  const targets: PlannedTarget[] = [];
  const warnings: string[] = [...plan.warnings];
  host.files.makeFolder(layout.root);
  for (const one of plan.targets) {
    if (one.rebuild || one.attr === null || one.artifact === null) {
      targets.push(one);
      continue;
    }
    const dir = repository.inRepository(findTarget(input.targets, one.name).flake);
    const flake = buildReference({
      root: repository.root,
      revision: plan.head,
      dir,
      isShallow: repository.isShallow,
      hasSubmodules,
    });
    const log = layout.hintsLog;
    const found = await evaluateAttr({ host, flake, attr: one.attr, log, timeoutMs: 600_000, signal: input.signal });
    if (isFailure(found)) warnings.push(`Target "${one.name}" for ${one.system} could not be evaluated: ${found.message}`);
    const isStale = !isFailure(found) && found.outPath !== one.artifact;
    targets.push(isStale ? stale(one) : one);
  }
  host.files.remove(layout.hintsLog);
  return { ...plan, targets, warnings };
}

function stale(one: PlannedTarget): PlannedTarget {
  const reasons = [...one.reasons, { kind: 'stale-hint', path: null, hint: null } as const];
  return { ...one, rebuild: true, deploy: one.host !== null, reasons };
}
