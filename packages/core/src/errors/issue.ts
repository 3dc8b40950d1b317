import type { ErrorCode } from './catalogue.ts';

/** A place in a file that a person wrote. Lines and columns count from 1. */
export interface SourcePlace {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
}

/** One problem with what a person declared or asked for: what, where, and the way out. */
export interface Issue {
  readonly code: ErrorCode;
  readonly severity: 'error' | 'warning';
  /** What was expected, what came, and the remedy, as one or more plain sentences. */
  readonly message: string;
  readonly file?: string;
  readonly line?: number;
  readonly column?: number;
  /** The nearest valid spelling or value, where there is one. */
  readonly suggestion?: string;
}
