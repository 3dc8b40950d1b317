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
  compare('', { ...before, source: undefined }, { ...after, source: undefined }, found);
  return found.sort((a, b) => (a.path < b.path ? -1 : 1));
}

function compare(path: string, before: unknown, after: unknown, found: Difference[]): void {
  if (before === after) return;
  if (isRecord(before) && isRecord(after)) {
    for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
      compare(path === '' ? key : `${path}.${key}`, member(before, key), member(after, key), found);
    }
    return;
  }
  if (before !== undefined && after !== undefined && canonicalJson(before) === canonicalJson(after)) return;
  found.push({ path, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) });
}

/** Of its own: a variable may be called `constructor`. */
function member(record: Readonly<Record<string, unknown>>, key: string): unknown {
  return Object.hasOwn(record, key) ? record[key] : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
