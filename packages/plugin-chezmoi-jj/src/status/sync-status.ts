/** How the last sync left this host, best first. */
export const syncStates = [
  'ok',
  'offline',
  'pending-push',
  'busy',
  'drift',
  'secret-blocked',
  'conflicted',
  'remote-broken',
  'needs-attention',
] as const;

/** One of {@link syncStates}. */
export type SyncState = (typeof syncStates)[number];

/** A file on which hosts disagree; it is as it was on every one of them. */
export interface Conflict {
  /** Below the home folder. */
  readonly path: string;
  /** The names that it has in the repository; several after its attributes were changed on one side. */
  readonly sources: readonly string[];
  readonly sides: readonly ConflictSide[];
}

/** What one side made of a file. */
export interface ConflictSide {
  /** `local` is this home, `remote` the shared branch, `source` an edit of the source folder here. */
  readonly side: 'local' | 'remote' | 'source';
  /** Who changed it last on that side. */
  readonly host: string;
  readonly commit: string;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly changedAt: string;
}

/** A dotfile that is not what the repository says, and was left alone. */
export interface Drift {
  /** Below the home folder. */
  readonly path: string;
  readonly reason:
    | 'unknown-here'
    | 'edited-template'
    | 'edited'
    | 'deleted'
    | 'script'
    | 'removal'
    | 'not-captured'
    | 'too-large'
    | 'zeros'
    | 'attributes'
    | 'folder-in-the-way'
    | 'source-gone';
}

/** A file that was not taken or not published because something in it looks like a secret. */
export interface BlockedSecret {
  /** Below the home folder, or in the repository where it has no place there. */
  readonly path: string;
  /** What it looks like; never the secret. */
  readonly kind: string;
  readonly line: number;
}

/** What `status --json` prints and `status.json` holds. */
export interface SyncStatus {
  readonly formatVersion: 1;
  readonly schema: 'rota-chezmoi-status/1';
  readonly host: string;
  readonly state: SyncState;
  /** When the last sync ended; `null` before the first. */
  readonly lastSync: string | null;
  /** When the last sync ended that left this host in step. */
  readonly lastSuccess: string | null;
  readonly lastError: { readonly kind: string; readonly message: string } | null;
  /** Commit of the shared branch as it was last seen. */
  readonly main: string | null;
  /** Commit that this home looks like. */
  readonly hostTip: string | null;
  /** Commits of this host that the shared branch does not have. */
  readonly ahead: number;
  /** Commits of the shared branch that this home does not have. */
  readonly behind: number;
  readonly conflicts: readonly Conflict[];
  readonly drift: readonly Drift[];
  readonly blockedSecrets: readonly BlockedSecret[];
  readonly pendingPush: boolean;
  readonly versions: { readonly jj: string; readonly git: string; readonly chezmoi: string } | null;
  /** Since when the state is this one. */
  readonly since: string | null;
  /** Dotfiles that the last sync took from this home and brought to it. */
  readonly captured: readonly string[];
  readonly applied: readonly string[];
}
