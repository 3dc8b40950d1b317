/** What helps against a result code of the scheduler. */
export function remedyOf(code: number): readonly string[] {
  return code >>> 0 === 0x80070005
    ? [
        'Boot triggers, `account: s4u`, built-in accounts, the highest run level and tasks that an administrator made need an elevated process: run the apply as administrator.',
      ]
    : [];
}

/** How a batch stands that failed; `left` is what could not be put back. */
export function afterUndo(left: readonly string[]): string {
  return left.length === 0 ? 'The other tasks of the batch are as before.' : `Not undone: ${left.join(', ')}.`;
}
