import type { Change, Plan } from './plan.ts';

/** Counts the steps of a plan. Pure. */
export function summaryOf(changes: readonly Change[]): Plan['summary'] {
  const count = (action: Change['action']): number => changes.filter((change) => change.action === action).length;
  return {
    create: count('create'),
    update: count('update'),
    replace: count('replace'),
    delete: count('delete'),
    move: count('move'),
    adopt: count('adopt'),
    unchanged: count('none'),
    drifted: changes.filter((change) => change.drift !== undefined && change.drift.length > 0).length,
  };
}
