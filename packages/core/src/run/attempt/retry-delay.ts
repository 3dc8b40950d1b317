import type { Retry } from '../../job/job.ts';

/** Milliseconds before the retry of that number (from 1), or `null` when none is left. */
export function retryDelayMs(retry: Retry, number: number): number | null {
  if (!retry.enabled || number > retry.attempts) return null;
  const factor = retry.backoff === 'exponential' ? 2 ** (number - 1) : 1;
  return Math.min(retry.delayMs * factor, retry.maxDelayMs);
}
