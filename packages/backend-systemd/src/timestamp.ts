/**
 * The instant in seconds of what `systemctl show --timestamp=unix` prints: `@1772841600`, or for some properties, whatever was asked for,
 * `Sat 2026-11-21 04:59:00 UTC` in the zone of `TZ`, which {@link managerEnvironment} sets to UTC. `null` for never.
 */
export function readTimestamp(text: string | undefined): number | null {
  const unix = /^@(\d+)/.exec(text ?? '')?.[1];
  if (unix !== undefined) return Number(unix) === 0 ? null : Number(unix);
  const written = /^\w{3} (\d{4}-\d\d-\d\d) (\d\d:\d\d:\d\d)(?:\.\d+)? UTC$/.exec(text ?? '');
  return written === null ? null : Date.parse(`${written[1]}T${written[2]}Z`) / 1000;
}
