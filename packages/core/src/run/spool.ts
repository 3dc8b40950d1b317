import { join } from 'node:path';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Files } from '../host/files.ts';
import type { Checkin } from '../job/job.ts';
import type { NamespaceLayout } from '../state/layout.ts';
import { ownIdentity, type ProcessIdentity } from '../state/process-identity.ts';
import type { CheckinMessage } from './checkin-message.ts';
import { lives } from './exclusive.ts';

/** A message that waits for delivery. It holds the references of the job, never what they stand for. */
export interface SpooledCheckin {
  readonly formatVersion: 1;
  /** Who delivers it while it lives. */
  readonly owner: ProcessIdentity;
  readonly checkin: Pick<Checkin, 'url' | 'secret' | 'format'>;
  readonly resolve: Pick<LaunchFile, 'env' | 'secretsFile' | 'workingDir'>;
  readonly message: CheckinMessage;
  readonly createdAt: string;
}

type SpoolFiles = Pick<Files, 'readText' | 'facts' | 'list' | 'write' | 'remove'>;

/** Older ones are dropped: nobody wants to hear of them any more. */
const longestMs = 7 * 86_400_000;
const abandonedMs = 3_600_000;
/** The oldest are dropped when an endpoint stays away for ever. */
const mostEntries = 1000;

/** Written before the first try to deliver, so that a runner that is killed loses nothing. Answers the entry's path. */
export function spoolCheckin(
  files: SpoolFiles,
  layout: NamespaceLayout,
  entry: Omit<SpooledCheckin, 'formatVersion' | 'owner' | 'createdAt'>,
  nowMs: number,
): string {
  const path = join(layout.spool, `${String(nowMs).padStart(15, '0')}-${entry.message.run_id}-${entry.message.status}.json`);
  const whole: SpooledCheckin = {
    formatVersion: 1,
    owner: ownIdentity(files),
    createdAt: new Date(nowMs).toISOString(),
    ...entry,
  };
  files.write(path, `${JSON.stringify(whole)}\n`);
  return path;
}

/** Entries that nobody alive delivers, the oldest first. Drops what is too old, too much or unreadable. */
export function waitingCheckins(
  files: SpoolFiles,
  layout: NamespaceLayout,
  nowMs: number,
): { readonly path: string; readonly entry: SpooledCheckin }[] {
  const all = files.list(layout.spool);
  for (const name of all) if (name.endsWith('.tmp')) dropAbandoned(files, join(layout.spool, name), nowMs);
  const names = all.filter((name) => /^\d{15}-.*\.json$/.test(name));
  const tooMany = names.splice(0, Math.max(0, names.length - mostEntries));
  for (const name of tooMany) files.remove(join(layout.spool, name));
  const waiting: { path: string; entry: SpooledCheckin }[] = [];
  for (const name of names) {
    const path = join(layout.spool, name);
    const entry = parseEntry(files.readText(path));
    if (entry === undefined || nowMs - Date.parse(entry.createdAt) > longestMs) files.remove(path);
    else if (entry.owner.pid === process.pid || !lives(files, entry.owner)) waiting.push({ path, entry });
  }
  return waiting;
}

/** What a writer that was killed left unfinished. */
function dropAbandoned(files: SpoolFiles, path: string, nowMs: number): void {
  const facts = files.facts(path);
  if (facts !== undefined && nowMs - facts.modifiedMs > abandonedMs) files.remove(path);
}

function parseEntry(text: string | undefined): SpooledCheckin | undefined {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return isEntry(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: unknown): value is SpooledCheckin {
  return (
    typeof value === 'object' && value !== null && 'formatVersion' in value && value.formatVersion === 1 && 'message' in value
  );
}
