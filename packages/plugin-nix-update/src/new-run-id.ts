import { randomBytes } from 'node:crypto';
import type { Host } from '@rota/core';

/** Begins with the instant, so that ids sort by time. */
export function newRunId({ now }: Pick<Host, 'now'>): { readonly runId: string; readonly startedAt: string } {
  const startedAt = new Date(now()).toISOString();
  return { runId: `${startedAt.replaceAll(/[-:.]/g, '')}-${randomBytes(3).toString('hex')}`, startedAt };
}
