import type { Plan } from '@rota/core';
import { changeJson } from './change-json.ts';

/** The stable shape of `rota plan --json`. */
export function planJson(plan: Plan) {
  return {
    formatVersion: 1,
    namespace: plan.namespace,
    source: plan.source,
    backend: plan.backend,
    changes: plan.changes.map(changeJson),
    notForThisHost: plan.notForThisHost,
    warnings: plan.warnings,
    summary: plan.summary,
  };
}
