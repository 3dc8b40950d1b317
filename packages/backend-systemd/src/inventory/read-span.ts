const second = 1000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/** Milliseconds of each unit by all its names, which are told apart by case. Months and years are mean ones. systemd.time(7), "Parsing Time Spans" */
const units: ReadonlyMap<string, number> = new Map(
  (
    [
      [0.001, 'us usec µs μs'],
      [1, 'ms msec'],
      [second, ' s sec second seconds'],
      [minute, 'm min minute minutes'],
      [hour, 'h hr hour hours'],
      [day, 'd day days'],
      [7 * day, 'w week weeks'],
      [30.4375 * day, 'M month months'],
      [365.25 * day, 'y year years'],
    ] as const
  ).flatMap(([ms, names]) => names.split(' ').map((name) => [name, ms] as const)),
);

/** Milliseconds of a time span as systemd reads it, rounded to whole seconds, at least one; `undefined` for none, for ever and for what it would refuse. */
export function readSpan(text: string | undefined): number | undefined {
  if (!/^\s*(?:\d+(?:\.\d+)?\s*[A-Za-zµμ]*\s*)+$/.test(text ?? '')) return undefined;
  let total = 0;
  for (const [, number, unit = ''] of (text ?? '').matchAll(/(\d+(?:\.\d+)?)\s*([A-Za-zµμ]*)/g)) {
    const ms = units.get(unit);
    if (ms === undefined) return undefined;
    total += Number(number) * ms;
  }
  return total === 0 ? undefined : Math.max(second, Math.round(total / second) * second);
}
