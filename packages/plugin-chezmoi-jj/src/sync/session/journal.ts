import type { Host } from '@rota/core';
import { readJson } from '../../status/read-json.ts';
import type { Place } from './place.ts';

/** The state that a sync is in, from its first change on. */
export type Phase = 'settle' | 'capture' | 'fetch' | 'probe' | 'validate' | 'publish' | 'apply' | 'advance';

/** What a sync is about to do, written before it does it; after a crash it says where to go on. */
export interface Journal {
  readonly formatVersion: 1;
  readonly startedAt: string;
  readonly phase: Phase;
  /** The operation of jj before the first change that may be taken back: a merge that nobody has seen. */
  readonly operation: string | null;
  /** What the working copy is moved between in `settle` and `validate`; a file cut off half-way is one of the two. */
  readonly from: string | null;
  readonly to: string | null;
  /** Sources that chezmoi takes edits into at this moment, and may be about to give another name; below the working tree. An older version wrote none. */
  readonly taking?: readonly string[];
}

export function readJournal(host: Pick<Host, 'files'>, place: Place): Journal | undefined {
  const value = readJson(host.files, place.journal);
  if (typeof value !== 'object' || value === null || !('formatVersion' in value) || value.formatVersion !== 1) return undefined;
  return value as Journal;
}

export function writeJournal(host: Pick<Host, 'files'>, place: Place, journal: Journal): void {
  host.files.write(place.journal, `${JSON.stringify(journal)}\n`);
}

/** After a recovery by something that is no sync: what it changes now must not be taken back by the next one. */
export function keepForNextSync(host: Pick<Host, 'files'>, place: Place, journal: Journal): void {
  writeJournal(host, place, { ...journal, operation: null, from: null });
}

export function removeJournal(host: Pick<Host, 'files'>, place: Place): void {
  host.files.remove(place.journal);
}
