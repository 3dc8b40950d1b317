import type { ApplyJobResult } from '@rota/core';

/**
 * Whether an `on: apply` job was run and did not end well. One that is skipped for a requirement that does not hold yet, and what comes after it, is tried
 * again by the next apply, and until then nothing has failed.
 */
export function applyJobsFailed(results: readonly ApplyJobResult[] = []): boolean {
  return results.some(({ status }) => !['success', 'skipped', 'waiting'].includes(status));
}
