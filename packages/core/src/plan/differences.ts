import type { Job } from '../job/job.ts';
import { canonicalJson } from '../state/digest.ts';

/** One field of a declaration that changed; `before` or `after` is absent where the field is. */
export interface Difference {
  readonly path: string;
  readonly before?: unknown;
  readonly after?: unknown;
}

/** Field by field, sorted by path. Where a job was declared is no part of it. Pure. */
export function differences(before: Job, after: Job): readonly Difference[] {
  const found: Difference[] = [];
  compare('', withoutSource(before), withoutSource(after), found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Whether two declarations ask for the same. */
export function sameDeclaration(before: Job, after: Job): boolean {
  return canonicalJson(withoutSource(before)) === canonicalJson(withoutSource(after));
}

function withoutSource(job: Job): Record<string, unknown> {
  const { source: _, ...rest } = job;
  return rest;
}

function compare(path: string, before: unknown, after: unknown, found: Difference[]): void {
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(path === '' ? key : `${path}.${key}`, before[key], after[key], found);
    }
    return;
  }
  if (canonicalJson(before) === canonicalJson(after) && (before === undefined) === (after === undefined)) return;
  found.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
