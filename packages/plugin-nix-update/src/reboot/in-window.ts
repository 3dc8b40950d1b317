/** Times of day, `HH:MM`. */
export interface RebootWindow {
  readonly lower: string;
  readonly upper: string;
}

/** Whether an instant lies in the window, local time. Both ends belong to it; it may cross midnight; equal ends are the whole day. */
export function inWindow(atMs: number, timezone: string, window: RebootWindow | undefined): boolean {
  if (window === undefined || window.lower === window.upper) return true;
  const now = timeOfDay(atMs, timezone);
  const { lower, upper } = window;
  return lower < upper ? now >= lower && now <= upper : now >= lower || now <= upper;
}

function timeOfDay(atMs: number, timezone: string): string {
  return new Intl.DateTimeFormat('en-GB', { timeZone: timezone, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(
    atMs,
  );
}
