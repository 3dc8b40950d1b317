/** What helps against a result code of the scheduler. */
export function remedyOf(code: number): readonly string[] {
  return code >>> 0 === 0x80070005
    ? [
        'Boot triggers, built-in accounts, the highest run level and tasks that an administrator made need an elevated process: run the apply as administrator.',
      ]
    : [];
}
