/** `YYYY-MM-DDTHH:MM:SSZ` of seconds since the epoch. */
export function instantText(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace('.000Z', 'Z');
}

/** Seconds since the epoch of an instant in a record or state file; `null` when it is none. */
export function instantSeconds(text: string | null | undefined): number | null {
  const ms = Date.parse(text ?? '');
  return Number.isNaN(ms) ? null : ms / 1000;
}
