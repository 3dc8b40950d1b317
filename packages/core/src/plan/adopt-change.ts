import type { AdoptedOriginal } from '../backend/foreign-entry.ts';
import type { Comparison } from './compare-entries.ts';

/** The step of a job that also takes the place of its original. A job that is not to be installed now leaves the original alone. Pure. */
export function adoptChange(result: Comparison, original: AdoptedOriginal): Comparison {
  const { change, next } = result;
  const waits = change.action === 'none' && (change.drift?.length ?? 0) > 0;
  if (next === null || waits) return result;
  const reasons = change.action === 'create' || change.action === 'none' ? [] : change.reasons;
  return {
    next,
    change: {
      ...change,
      action: 'adopt',
      reasons: [...reasons, `takes the place of ${original.backend} ${original.id}`],
      adopts: original,
    },
  };
}
