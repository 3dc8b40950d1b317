import type { Change, Plan } from './plan.ts';

/** A plan in the stable shape of `rota plan --json`: what is to be done and why, without the artifacts. Pure. */
export function planToJson(plan: Plan): Record<string, unknown> {
  return {
    formatVersion: plan.formatVersion,
    namespace: plan.namespace,
    backend: plan.backend,
    changes: plan.changes.map(changeToJson),
    notForThisHost: plan.notForThisHost,
    warnings: plan.warnings,
    summary: plan.summary,
  };
}

/** Whether an apply would change anything. Drift alone is no change. */
export function hasChanges(plan: Pick<Plan, 'changes'>): boolean {
  return plan.changes.some((change) => change.action !== 'none');
}

function changeToJson(change: Change): Record<string, unknown> {
  const { before: _before, after: _after, ...rest } = change;
  return rest;
}
