import type { Picture } from '../jj/picture.ts';
import type { BlockedSecret, Conflict, Drift, SyncState, SyncStatus } from '../status/sync-status.ts';
import type { Session } from './session.ts';

/** What one pass through the states came to. */
export interface Outcome {
  readonly picture: Picture;
  readonly captured: readonly string[];
  readonly applied: readonly string[];
  readonly conflicts: readonly Conflict[];
  readonly drift: readonly Drift[];
  readonly blocked: readonly BlockedSecret[];
  /** The remote was not reached, or did not take what was sent. */
  readonly unreached: { readonly kind: string; readonly message: string } | undefined;
  /** Why what others published must not reach this home. */
  readonly broken: string | undefined;
  /** Something of this host has not left it. */
  readonly pendingPush: boolean;
}

/** The status that an outcome comes to. `before` is the one of the last sync. */
export async function statusOf(session: Session, outcome: Outcome, before: SyncStatus | undefined): Promise<SyncStatus> {
  const { host, names, versions } = session;
  const { picture } = outcome;
  const now = new Date(host.now()).toISOString();
  const state = stateOf(outcome);
  const counts = await countCommits(session, picture);
  const broken = outcome.broken === undefined ? undefined : { kind: 'broken', message: outcome.broken };
  return {
    formatVersion: 1,
    schema: 'rota-chezmoi-status/1',
    host: names.tip,
    state,
    lastSync: now,
    lastSuccess: state === 'ok' || state === 'drift' ? now : (before?.lastSuccess ?? null),
    lastError: broken ?? outcome.unreached ?? null,
    main: picture.remoteMain ?? null,
    hostTip: picture.tip[0] ?? null,
    ...counts,
    conflicts: outcome.conflicts,
    drift: outcome.drift,
    blockedSecrets: outcome.blocked,
    pendingPush: outcome.pendingPush,
    versions,
    since: before?.state === state ? (before.since ?? now) : now,
    captured: outcome.captured,
    applied: outcome.applied,
  };
}

/** What a person has to know first. */
function stateOf({ broken, conflicts, blocked, drift, unreached, pendingPush }: Outcome): SyncState {
  if (broken !== undefined) return 'remote-broken';
  if (conflicts.length > 0) return 'conflicted';
  if (blocked.length > 0) return 'secret-blocked';
  if (drift.length > 0) return 'drift';
  if (unreached !== undefined && unreached.kind !== 'rights') return 'offline';
  return pendingPush ? 'pending-push' : 'ok';
}

async function countCommits(
  { jj }: Session,
  { remoteMain, tip }: Picture,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  const [own] = tip;
  if (own === undefined || own === remoteMain) return { ahead: 0, behind: 0 };
  if (remoteMain === undefined) return { ahead: await count(jj, `::${own} ~ root()`), behind: 0 };
  return { ahead: await count(jj, `${remoteMain}..${own}`), behind: await count(jj, `${own}..${remoteMain}`) };
}

async function count(jj: Session['jj'], revset: string): Promise<number> {
  return (await jj.lines(['log', '--no-graph', '-r', revset, '-T', '"1\\n"'], 'count commits')).length;
}
