import type { BuildTargetsInput } from '../../target/build/build-targets.ts';
import type { checkHints as check } from '../../target/build/check-hints.ts';
import type { TargetBuilds } from '../../target/build/target-build.ts';
import type { DeployTargetsInput, MarkedDeployment, markDeployed as mark } from '../../target/deploy/deploy-targets.ts';
import type { TargetDeployments } from '../../target/deploy/target-deployment.ts';
import type { PlanTargetsInput } from '../../target/plan/plan-targets.ts';
import type { TargetPlan } from '../../target/plan/target-plan.ts';
import type { readTargetRecords as read, TargetRecords } from '../../target/target-records.ts';

// The public functions of targets. They are a piece by themselves: no other command needs them.

/** Says which targets have to be built or deployed again, and why. Changes nothing. @throws ROTA_TARGET_REPOSITORY, ROTA_TARGET_REVISION, ROTA_TARGET_UNKNOWN, ROTA_STATE_DAMAGED */
export async function planTargets(input: PlanTargetsInput): Promise<TargetPlan> {
  return (await import('./target-bodies.ts')).planTargets(input);
}

/** Marks in a plan the targets that would be another artifact though no hint matched: evaluates them with nix, builds nothing. @throws ROTA_COMMAND_MISSING */
export async function checkHints(...input: Parameters<typeof check>): Promise<TargetPlan> {
  return (await import('./target-bodies.ts')).checkHints(...input);
}

/** Builds the checked-out commit with nix and records what came of it; one that fails keeps no other from being built. @throws as {@link planTargets} */
export async function buildTargets(input: BuildTargetsInput): Promise<TargetBuilds> {
  return (await import('./target-bodies.ts')).buildTargets(input);
}

/** Deploys what was built and does not run where it should. @throws as {@link planTargets}, ROTA_TARGET_DEPLOY */
export async function deployTargets(input: DeployTargetsInput): Promise<TargetDeployments> {
  return (await import('./target-bodies.ts')).deployTargets(input);
}

/** What was built and deployed last, by `name@system`. @throws ROTA_STATE_DAMAGED */
export async function readTargetRecords(...input: Parameters<typeof read>): Promise<TargetRecords> {
  return (await import('./target-bodies.ts')).readTargetRecords(...input);
}

/** Records what was deployed by hand. @throws ROTA_TARGET_UNKNOWN, ROTA_TARGET_NOT_BUILT */
export async function markDeployed(...input: Parameters<typeof mark>): Promise<MarkedDeployment> {
  return (await import('./target-bodies.ts')).markDeployed(...input);
}
