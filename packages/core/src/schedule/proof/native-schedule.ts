/** What a native scheduler was told, in a form that can be evaluated by that scheduler's own rules. Backends make it. */
export interface NativeSchedule {
  /** The native lines or triggers, as text. */
  readonly entries: readonly string[];
  /** The instants in [from, to) at which the native scheduler starts the job: seconds since the epoch, sorted, distinct. */
  firesBetween(from: number, to: number): readonly number[];
}
