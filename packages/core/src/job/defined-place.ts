import type { SourcePlace } from '../errors/issue.ts';

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
  const match = /\n\s+at (?:.*\()?(?:file:\/\/)?([^()\n]+?):(\d+):(\d+)\)?/.exec(holder.stack ?? '');
  if (match === null) return undefined;
  const [, file = '', line, column] = match;
  return { file: decodeURIComponent(file.replace(/\?.*$/, '')), line: Number(line), column: Number(column) };
}
