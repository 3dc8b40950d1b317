import type { ErrorCode } from '../errors/catalogue.ts';

export type FieldPath = readonly (string | number)[];

/** One thing that is wrong with a declaration, by field; who knows the file turns it into an `Issue` with line and column. */
export interface Problem {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  readonly path: FieldPath;
  readonly message: string;
  readonly suggestion?: string | undefined;
  /** The problem is the key itself, not its value. */
  readonly onKey?: boolean;
  /** Characters into the value's text, from 0. */
  readonly offset?: number;
}

/** `spec.hooks.before[0]` */
export function printPath(path: FieldPath): string {
  let text = '';
  for (const step of path) text += typeof step === 'number' ? `[${step}]` : text === '' ? step : `.${step}`;
  return text;
}
