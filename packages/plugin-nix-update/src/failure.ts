/** Why an update did not go through, each one word that scripts and alerts can act on. */
export const failureClasses = [
  'network',
  'stale',
  'backwards',
  'disk',
  'evaluation',
  'build',
  'hash',
  'timeout',
  'cost',
  'git',
  'config',
  'precondition',
  'busy',
  'hook',
  'dirty',
  'bad-revision',
  'ring',
  'activation',
  'health',
  'boot',
  'rollback',
  'interrupted',
  'internal',
] as const;

/** One of {@link failureClasses}. */
export type FailureClass = (typeof failureClasses)[number];

/** Classes that mend themselves or are nobody's fault at night: the run is `deferred`, not `failed`. */
export const deferring: ReadonlySet<FailureClass> = new Set(['ring', 'bad-revision']);

/** A step that did not succeed. Never leaves this package: a run ends with a report that says so. */
export class UpdateFailure extends Error {
  readonly failureClass: FailureClass;
  /** The end of what the program printed. */
  readonly output: string;
  /** Nothing is wrong: not now, the next run will look again. */
  readonly deferred: boolean;

  constructor(
    failureClass: FailureClass,
    message: string,
    { output = '', deferred = deferring.has(failureClass) }: { readonly output?: string; readonly deferred?: boolean } = {},
  ) {
    super(message);
    this.failureClass = failureClass;
    this.output = output;
    this.deferred = deferred;
  }
}

/** Any error as a failure: what is not ours is a defect, or the machine's own (a full disk). */
export function asFailure(error: unknown): UpdateFailure {
  if (error instanceof UpdateFailure) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new UpdateFailure(/ENOSPC|EDQUOT/.test(message) ? 'disk' : 'internal', message);
}
