/** What a script finds around it. */
export interface World {
  readonly stdin: string;
  readonly user: { readonly sid: string; readonly name: string };
  /** What `New-Object -ComObject NAME` makes. */
  readonly comObject: (name: string) => object;
  readonly printed: string[];
}

/** What an assignment, and a method without an answer, have for a value: none, not even `$null`. */
export const nothing = Symbol('nothing');

interface Exception {
  readonly Message: string;
  readonly HResult: number;
  readonly InnerException: Exception | null;
}

/** An error of a script, as `catch` gets it in `$_`. */
export class Thrown extends Error {
  readonly record: { readonly Exception: Exception };

  constructor(record: Thrown['record']) {
    super(record.Exception.Message);
    this.record = record;
  }

  static saying(message: string, inner: Exception | null = null): Thrown {
    return new Thrown({ Exception: { Message: message, HResult: 0x80131501 | 0, InnerException: inner } });
  }
}

/** What a method of a COM object fails with. */
export class ComFailure extends Error {
  readonly code: number;

  constructor(code: number, message = '') {
    super(message);
    this.code = code;
  }

  /** PowerShell wraps what a method throws. */
  thrown(): Thrown {
    return Thrown.saying('Exception calling a method', { Message: this.message, HResult: this.code | 0, InnerException: null });
  }
}

/** `foreach` goes through arrays and lists, not at all over `$null`, once over all else. */
export function enumerate(value: unknown): readonly unknown[] {
  if (value === null || value === undefined || value === nothing) return [];
  if (Array.isArray(value)) return value;
  return value instanceof ArrayList ? value.items : [value];
}

/** `New-Object System.Collections.ArrayList`. */
export class ArrayList {
  readonly items: unknown[] = [];
  Insert = (index: number, item: unknown): void => void this.items.splice(index, 0, item);
}

/** What is kept of an output: none is `$null`, one is itself. */
export function collapse(output: readonly unknown[]): unknown {
  return output.length === 0 ? null : output.length === 1 ? output[0] : [...output];
}

export function isTrue(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 1 || isTrue(value[0] ?? null);
  return value !== null && value !== undefined && value !== nothing && value !== false && value !== 0 && value !== '';
}

/** about_Operators: text is compared without regard to case, but for the operators that begin with `c`. */
export function applyOperator(operator: string, left: unknown, right: unknown): unknown {
  switch (operator) {
    case '-eq':
      return same(left, right);
    case '-ne':
      return !same(left, right);
    case '-ceq':
      return left === right;
    case '-cne':
      return left !== right;
    case '-gt':
      return number(left) > number(right);
    case '-lt':
      return number(left) < number(right);
    case '-le':
      return number(left) <= number(right);
    case '-contains':
      return enumerate(left).some((one) => same(one, right));
    case '-like':
      return wildcard(String(right)).test(String(left));
    case '-band':
      return Number(BigInt.asIntN(64, BigInt(number(left))) & BigInt(number(right)));
    case '+':
      return typeof left === 'string' ? left + String(right ?? '') : number(left) + number(right);
    case '-f':
      return format(String(left), enumerate(right));
    default:
      throw new Error(`This interpreter knows no ${operator}.`);
  }
}

function same(left: unknown, right: unknown): boolean {
  if (Array.isArray(left)) throw new Error('This interpreter does not filter an array.');
  if (typeof left !== 'string' || typeof right !== 'string') return (left ?? null) === (right ?? null);
  return left.toLowerCase() === right.toLowerCase();
}

function number(value: unknown): number {
  if (typeof value !== 'number') throw new Error(`${String(value)} is no number.`);
  return value;
}

function wildcard(text: string): RegExp {
  return new RegExp(`^${text.replace(/[\\^$.*+?()[\]{}|]/g, (mark) => (mark === '*' ? '[\\s\\S]*' : `\\${mark}`))}$`, 'i');
}

/** `{0:X8}` of a 32-bit number. */
function format(text: string, values: readonly unknown[]): string {
  return text.replace(/\{(\d+):X8\}/g, (_, index: string) =>
    (number(values[Number(index)]) >>> 0).toString(16).toUpperCase().padStart(8, '0'),
  );
}
