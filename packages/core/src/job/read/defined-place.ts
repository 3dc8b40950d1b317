import { fileURLToPath } from 'node:url';
import type { SourcePlace } from '../../errors/issue.ts';

/** Registered, so that two copies of core read each other's declarations. */
const definedAt = Symbol.for('@rota/core.definedAt');

/** A copy of a declaration that knows where the function `define` was called for it. */
export function withDefinedPlace<T extends object>(value: T, define: (...input: never[]) => unknown): T {
  const copy = { ...value };
  const place = callerPlace(define);
  if (place !== undefined) Object.defineProperty(copy, definedAt, { value: place, enumerable: false });
  return copy;
}

/** Where a declaration was defined, if a function such as `defineJob` did. */
export function definedPlace(value: object): SourcePlace | undefined {
  return definedAt in value ? (value[definedAt] as SourcePlace) : undefined;
}

function callerPlace(define: (...input: never[]) => unknown): SourcePlace | undefined {
  const holder: { stack?: string } = {};
  Error.captureStackTrace(holder, define);
  return stackPlace(holder.stack ?? '');
}

/**
 * The place that the first line of a stack names. It is a URL (`at file:///...:3:1`, percent signs and all), or a path, which may hold blanks, parentheses and
 * percent signs of its own; with the name of a function it stands in parentheses.
 */
export function stackPlace(stack: string): SourcePlace | undefined {
  const first = /\n\s+at (?:async )?(.*)/.exec(stack)?.[1] ?? '';
  const place = first.endsWith(')') ? first.slice(first.indexOf(' (') + 2, -1) : first;
  const [, where = '', line, column] = /^(.+):(\d+):(\d+)$/.exec(place) ?? [];
  if (line === undefined || column === undefined) return undefined;
  // `?rota=N` makes a config load anew; from Node 22 on it stands behind a path, too.
  const file = where.startsWith('file:') ? fileURLToPath(where.replace(/\?.*$/, '')) : where.replace(/\?rota=\d+$/, '');
  return { file, line: Number(line), column: Number(column) };
}
