import { readJson } from '../../status/read-json.ts';
import type { Session } from './session.ts';

type Kept = Pick<Session, 'host' | 'place'>;

/**
 * A revision of which this home may hold some files, while its bookmark is at another one: an apply was cut off, or left a file alone that was edited here. An edit made then is one
 * of the version that chezmoi wrote, and not of the one in the bookmark.
 */
export function readMixed({ host, place }: Kept): string | undefined {
  const value = readJson(host.files, place.mixed);
  const revision: unknown = typeof value === 'object' && value !== null ? Reflect.get(value, 'revision') : undefined;
  return typeof revision === 'string' ? revision : undefined;
}

export function keepMixed({ host, place }: Kept, revision: string): void {
  if (readMixed({ host, place }) === revision) return;
  host.files.write(place.mixed, `${JSON.stringify({ formatVersion: 1, revision })}\n`);
}

/** This home is even again: every edit in it is one of its bookmark's revision. */
export function removeMixed({ host, place }: Kept): void {
  host.files.remove(place.mixed);
}
