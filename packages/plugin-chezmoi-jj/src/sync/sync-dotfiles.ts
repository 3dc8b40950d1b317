import { type Host, isRotaError, type RotaError, withLock } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { readStatus, writeStatus } from '../status/status-file.ts';
import type { SyncState, SyncStatus } from '../status/sync-status.ts';
import { cycle } from './cycle.ts';
import { readIdentity } from './identity.ts';
import { removeJournal } from './journal.ts';
import { openSession } from './open-session.ts';
import { statusOf } from './outcome.ts';
import { placeOf } from './place.ts';
import { journalOf } from './session.ts';
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
    writeStatus(host, place, options, status);
    return { status, before };
  };
  try {
    return await withLock(host, place.lock, { purpose: 'dotfile sync', waitMs: 0 }, async () => {
      try {
        const session = await openSession(host, options);
        const outcome = await cycle(session, journalOf(session), flags);
        const status = await statusOf(outcome.session, outcome, before);
        removeJournal(host, place);
        return record(status);
      } catch (error) {
        if (!isRotaError(error)) throw error;
        const state = stateOfError(error);
        const result = record(failed(host, before, state, error));
        if (state === 'needs-attention') throw error;
        return result;
      }
    });
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_LOCK_HELD') throw error;
    // The status is the other's to write.
    return { status: failed(host, before, 'busy', error), before };
  }
}

function stateOfError(error: RotaError): SyncState {
  if (error.code === 'ROTA_DOTFILES_BUSY') return 'busy';
  return error.code === 'ROTA_SYNC_UNREACHABLE' ? 'offline' : 'needs-attention';
}

function failed(host: Host, before: SyncStatus | undefined, state: SyncState, error: RotaError): SyncStatus {
  const now = new Date(host.now()).toISOString();
  return {
    formatVersion: 1,
    schema: 'rota-chezmoi-status/1',
    host: readIdentity(host, placeOf(host))?.tip ?? host.hostname,
    lastSuccess: null,
    main: null,
    hostTip: null,
    ahead: 0,
    behind: 0,
    conflicts: [],
    drift: [],
    blockedSecrets: [],
    pendingPush: false,
    versions: null,
    ...before,
    state,
    lastSync: now,
    lastError: { kind: error.code, message: error.message },
    since: before?.state === state ? (before.since ?? now) : now,
    captured: [],
    applied: [],
  };
}
