export type { FleetHost } from './fleet/read-fleet.ts';
export { type DotfileOptions, type DotfileOptionsInput, dotfileOptions } from './options.ts';
export { chezmoiJj } from './plugin.ts';
export type { BlockedSecret, Conflict, ConflictSide, Drift, SyncState, SyncStatus } from './status/sync-status.ts';
export { syncStates } from './status/sync-status.ts';
export { type SyncResult, syncDotfiles } from './sync/sync-dotfiles.ts';
export type { SyncFlags } from './sync/sync-flags.ts';
