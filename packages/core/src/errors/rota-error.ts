import type { ErrorCode } from './catalogue.ts';
import type { Issue, SourcePlace } from './issue.ts';

const brand = Symbol.for('@rota/core.RotaError');

/** What an error knows beyond its code and its message. */
export interface RotaErrorOptions {
  /** Where in a person's file the cause stands. */
  readonly place?: SourcePlace | undefined;
  /** Ways out, each a plain sentence or a command. */
  readonly suggestions?: readonly string[] | undefined;
  /** Every problem that was found, when there are several; `message` then speaks of the first or counts them. */
  readonly issues?: readonly Issue[] | undefined;
  readonly cause?: unknown;
}

/** Every error that Rota throws on purpose. Recognise it with {@link isRotaError}: `instanceof` fails across two copies of core. */
export class RotaError extends Error {
  readonly code: ErrorCode;
  readonly file: string | undefined;
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly suggestions: readonly string[];
  readonly issues: readonly Issue[];

  constructor(code: ErrorCode, message: string, options: RotaErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    Object.defineProperty(this, 'name', { value: 'RotaError', enumerable: false });
    Object.defineProperty(this, brand, { value: true, enumerable: false });
    this.code = code;
    this.file = options.place?.file;
    this.line = options.place?.line;
    this.column = options.place?.column;
    this.suggestions = options.suggestions ?? [];
    this.issues = options.issues ?? [];
  }
}

/** True for an error of Rota's, whichever copy of core made it. */
export function isRotaError(value: unknown): value is RotaError {
  return typeof value === 'object' && value !== null && brand in value;
}
