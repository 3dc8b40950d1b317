import { InvalidArgumentError } from 'commander';

/** `2026-03-08T00:00:00Z`, with any offset, or a date (its midnight in UTC); seconds since the epoch. */
export function parseInstant(text: string): number {
  const instant = /^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text;
  const ms = /(Z|[+-]\d{2}:?\d{2})$/i.test(instant) ? Date.parse(instant) : Number.NaN;
  if (Number.isNaN(ms)) {
    throw new InvalidArgumentError('Expected an instant such as 2026-03-08T07:00:00Z, or a date such as 2026-03-08.');
  }
  return Math.floor(ms / 1000);
}

export function parseCount(text: string): number {
  const count = Number(text);
  if (!/^\d+$/.test(text) || count < 1 || count > 100_000)
    throw new InvalidArgumentError('Expected a whole number from 1 to 100000.');
  return count;
}

/** A port of TCP that a program may ask for. */
export function parsePort(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port < 1 || port > 65_535) throw new InvalidArgumentError('Expected a port from 1 to 65535.');
  return port;
}

/** `key=value`, repeatable. */
export function parseLabel(text: string, previous: unknown): Record<string, string> {
  const split = text.indexOf('=');
  if (split < 1) throw new InvalidArgumentError('Expected key=value.');
  return { ...(isLabels(previous) ? previous : {}), [text.slice(0, split)]: text.slice(split + 1) };
}

/** `a,b,c` */
export function parseList(text: string): readonly string[] {
  const items = text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
  if (items.length === 0) throw new InvalidArgumentError('Expected names, separated by commas.');
  return items;
}

/** Any text, repeatable. */
export function parseEach(text: string, previous: unknown): readonly string[] {
  return [...(Array.isArray(previous) ? previous : []), text];
}

/** `90s`, `15m`, `2h`, `7d` or a number of seconds; in seconds. */
export function parsePeriod(text: string): number {
  const match = /^(\d{1,9})(s|m|h|d|w)?$/.exec(text);
  if (match === null) throw new InvalidArgumentError('Expected a period such as 90s, 15m, 2h or 7d.');
  const unit = { s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 }[match[2] ?? 's'] ?? 1;
  return Number(match[1]) * unit;
}

function isLabels(value: unknown): value is Record<string, string> {
  return typeof value === 'object' && value !== null;
}
