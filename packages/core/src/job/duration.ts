/** Days, hours, minutes, seconds, each at most once and in that order, such as `1h30m`; or a bare number of seconds. */
export const durationPattern = /^(?=\d)(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?$|^\d+$/;

export const durationRule = 'a duration such as "30s", "5m", "2h", "1d" or "1h30m", or a number of seconds';

/** Ten years: longer is a mistake, and timers count in 32 or 53 bits somewhere below. */
export const longestDurationMs = 3650 * 86_400_000;

/** Milliseconds of a duration; `undefined` when the text is not one, or is longer than ten years. */
export function parseDuration(value: string | number): number | undefined {
  const match = durationPattern.exec(String(value));
  if (match === null) return undefined;
  const [text, days, hours, minutes, seconds] = match;
  const units = days ?? hours ?? minutes ?? seconds;
  const total =
    units === undefined
      ? Number(text)
      : Number(days ?? 0) * 86_400 + Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0);
  const ms = total * 1000;
  return ms <= longestDurationMs ? ms : undefined;
}

/** The shortest text that reads as this many milliseconds, whole seconds only: `90000` is `1m30s`. */
export function printDuration(ms: number): string {
  let rest = Math.round(ms / 1000);
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(rest / size);
    if (count > 0) text += `${count}${unit}`;
    rest -= count * size;
  }
  return text === '' ? '0s' : text;
}
