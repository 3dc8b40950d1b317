import type { SyncStatus } from './sync-status.ts';

/** The status of a host before its first sync. Pure. */
export function neverSynced(host: string): Omit<SyncStatus, 'state'> & { readonly state: 'needs-attention' } {
  return {
    formatVersion: 1,
    schema: 'rota-chezmoi-status/1',
    host,
    state: 'needs-attention',
    lastSync: null,
    lastSuccess: null,
    lastError: { kind: 'never', message: 'No sync has run yet.' },
    main: null,
    hostTip: null,
    ahead: 0,
    behind: 0,
    conflicts: [],
    drift: [],
    blockedSecrets: [],
    pendingPush: false,
    versions: null,
    since: null,
    captured: [],
    applied: [],
  };
}
