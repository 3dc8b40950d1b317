/** The values as a list of single values and ranges of three or more: text that all three daemons read the same way. */
export function listText(values: readonly number[]): string {
  const sorted = [...new Set(values)].sort((a, b) => a - b);
  const parts: string[] = [];
  for (let i = 0; i < sorted.length; ) {
    let end = i;
    while (sorted[end + 1] === (sorted[end] ?? 0) + 1) end++;
    if (end - i >= 2) parts.push(`${sorted[i]}-${sorted[end]}`);
    else for (let k = i; k <= end; k++) parts.push(String(sorted[k]));
    i = end + 1;
  }
  return parts.join(',');
}

/** `*` where every value from `low` to `high` is there, else the list. */
export function setText(values: readonly number[], low: number, high: number): string {
  return new Set(values).size === high - low + 1 ? '*' : listText(values);
}

/**
 * A text that begins with `*` and means the values and `low`: a step longer than the field leaves only its first value. cron
 * decides by the first character whether a job follows the wall clock, and whether two day fields are AND.
 */
export function starredText(values: readonly number[], low: number, high: number): string {
  if (new Set(values).size === high - low + 1) return '*';
  const rest = values.filter((value) => value !== low);
  return rest.length === 0 ? `*/${high - low + 1}` : `*/${high - low + 1},${listText(rest)}`;
}
