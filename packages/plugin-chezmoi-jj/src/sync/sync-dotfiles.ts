import { type Host, isRotaError, RotaError, withLock } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { neverSynced } from '../status/never-synced.ts';
import { readStatus, writeStatus } from '../status/status-file.ts';
import type { SyncState, SyncStatus } from '../status/sync-status.ts';
import { cycle } from './cycle.ts';
import { statusOf } from './outcome.ts';
import { keepKnownTip, readIdentity } from './session/identity.ts';
import { removeJournal } from './session/journal.ts';
import { openSession } from './session/open-session.ts';
import { keepPlace, placeOf } from './session/place.ts';
import { journalOf } from './session/session.ts';
import { withTree } from './session/tree-lock.ts';
import type { SyncFlags } from './sync-flags.ts';

/** A sync that has ended, and the status before it. */
export interface SyncResult {
  readonly status: SyncStatus;
  readonly before: SyncStatus | undefined;
}

/**
 * Brings this home, the repository and the remote in step, as far as nobody's work is lost by it. What stands in the way is a state, not a failure:
 * no network, a conflict, a file that was edited here.
 *
 * @throws ROTA_DOTFILES_CONFIG, ROTA_COMMAND_MISSING: the set-up does not allow it; ROTA_DOTFILES_FAILED: a step failed, and a person should look.
 */
export async function syncDotfiles(host: Host, options: DotfileOptions, flags: SyncFlags = {}): Promise<SyncResult> {
  const place = placeOf(host);
  const before = readStatus(host, place);
  const record = (status: SyncStatus): SyncResult => {
    return { status: writeStatus(host, place, options, status), before };
  };
  try {
    return await withLock(host, place.lock, { purpose: 'dotfile sync', waitMs: 0 }, async () => {
      let tree: string | undefined;
      try {
        const session = await openSession(host, options);
        tree = session.tree;
        return await withTree(host, tree, { purpose: 'dotfile sync', waitMs: 0 }, async () => {
          keepPlace(host, session.tree, session.place);
          const outcome = await cycle(session, journalOf(session), flags);
          const status = await statusOf(outcome.session, outcome, before);
          const [tip] = outcome.picture.tip;
          const base = status.behind === 0 ? (status.main ?? undefined) : undefined;
          if (tip !== undefined) keepKnownTip(host, session.place, outcome.session.names, tip, base);
          removeJournal(host, session.place);
          return record(status);
        });
      } catch (error) {
        if (isRotaError(error) && error.code === 'ROTA_LOCK_HELD') throw error;
        const known = isRotaError(error) ? withWayOut(error, tree) : fullDisk(host, error);
        const state = stateOfError(known);
        const status = failed(host, before, state, known);
        if (state === 'needs-attention') {
          recordIfItFits(() => record(status));
          throw known;
        }
        return record(status);
      }
    });
  } catch (error) {
    const known = isRotaError(error) ? error : fullDisk(host, error);
    if (known.code !== 'ROTA_LOCK_HELD') throw known;
    // The status is the other's to write.
    return { status: failed(host, before, 'busy', known), before };
  }
}

/** What chezmoi and jj say of a full disk is an error of theirs; this is one of our own files. @throws what is something else */
function fullDisk({ user }: Pick<Host, 'user'>, error: unknown): RotaError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code !== 'ENOSPC' && code !== 'EDQUOT') throw error;
  return new RotaError(
    'ROTA_DOTFILES_FAILED',
    `There is no space left for the state below ${user.home} (${code}). No edit is lost; the next sync continues.`,
    { suggestions: [`See what fills it: df -h ${user.home}`], cause: error },
  );
}

/** What jj and git say of a repository of which a power cut or a disk has taken a part. */
const damage =
  /could not read the repository|Internal error|when reading object|failed to (load|read|import)|loose object|object file|bad object|not a git repository/i;

/** What they say so too, though nothing is gone. */
const notDamage = /no space left|quota exceeded|permission denied|read-only file system|too many open files/i;

function withWayOut(error: RotaError, tree: string | undefined): RotaError {
  if (error.code !== 'ROTA_DOTFILES_FAILED' || tree === undefined) return error;
  if (!damage.test(error.message) || notDamage.test(error.message)) return error;
  return new RotaError(error.code, error.message, {
    suggestions: [
      `If it stays so, a part of the repository is gone. With \`repoUrl\`: mv ${tree} ${tree}.damaged, and synchronise again; it is cloned anew, and the edits of this home are taken again.`,
    ],
    cause: error,
  });
}

/** On a full disk the status cannot be written either, and why the sync stopped says more. */
function recordIfItFits(record: () => unknown): void {
  try {
    record();
  } catch {
    // Told by what is thrown.
  }
}

function stateOfError(error: RotaError): SyncState {
  if (error.code === 'ROTA_DOTFILES_BUSY') return 'busy';
  return error.code === 'ROTA_SYNC_UNREACHABLE' ? 'offline' : 'needs-attention';
}

function failed(host: Host, before: SyncStatus | undefined, state: SyncState, error: RotaError): SyncStatus {
  const now = new Date(host.now()).toISOString();
  return {
    ...neverSynced(readIdentity(host, placeOf(host))?.tip ?? host.hostname),
    ...before,
    state,
    lastSync: now,
    lastError: { kind: error.code, message: error.message },
    since: before?.state === state ? (before.since ?? now) : now,
    captured: [],
    applied: [],
  };
}
