import type { Picture } from '../jj/picture.ts';
import type { BlockedSecret, Conflict, Drift, SyncState, SyncStatus } from '../status/sync-status.ts';
import type { Session } from './session/session.ts';

/** What one pass through the states came to. */
export interface Outcome {
  readonly picture: Picture;
  readonly captured: readonly string[];
  readonly applied: readonly string[];
  readonly conflicts: readonly Conflict[];
  readonly drift: readonly Drift[];
  readonly blocked: readonly BlockedSecret[];
  /** The remote was not reached, or did not take what was sent. */
  readonly unreached: Unreached | undefined;
  /** Why what others published must not reach this home. */
  readonly broken: string | undefined;
  /** Something of this host has not left it. */
  readonly pendingPush: boolean;
}

/** Why the remote did not answer, and to what. */
export interface Unreached {
  readonly kind: string;
  readonly message: string;
  readonly during: 'fetch' | 'publish';
}

/** The status that an outcome comes to. `before` is the one of the last sync. */
export async function statusOf(session: Session, outcome: Outcome, before: SyncStatus | undefined): Promise<SyncStatus> {
  const { host, names, versions } = session;
  const { picture } = outcome;
  const now = new Date(host.now()).toISOString();
  const state = stateOf(outcome);
  const counts = await countCommits(session, picture);
  const broken = outcome.broken === undefined ? undefined : { kind: 'broken', message: outcome.broken };
  const { unreached } = outcome;
  const lastError = unreached === undefined ? null : { kind: unreached.kind, message: unreached.message };
  return {
    formatVersion: 1,
    schema: 'rota-chezmoi-status/1',
    host: names.tip,
    state,
    lastSync: now,
    lastSuccess: state === 'ok' || state === 'drift' ? now : (before?.lastSuccess ?? null),
    lastError: broken ?? lastError,
    main: picture.remoteMain ?? null,
    hostTip: picture.tip[0] ?? null,
    ...counts,
    conflicts: outcome.conflicts,
    drift: oncePerPath(outcome.drift),
    blockedSecrets: outcome.blocked,
    pendingPush: outcome.pendingPush,
    versions,
    since: before?.state === state ? (before.since ?? now) : now,
    captured: outcome.captured,
    applied: outcome.applied,
  };
}

/** What the capture says of a file is more than what the apply finds afterwards. */
function oncePerPath(drift: readonly Drift[]): readonly Drift[] {
  return drift.filter(({ path }, index) => drift.findIndex((one) => one.path === path) === index);
}

/** What a person has to know first. */
function stateOf({ broken, conflicts, blocked, drift, unreached, pendingPush }: Outcome): SyncState {
  if (broken !== undefined) return 'remote-broken';
  if (conflicts.length > 0) return 'conflicted';
  if (blocked.length > 0) return 'secret-blocked';
  if (drift.length > 0) return 'drift';
  // Who may only read is in step; who may not even read is not.
  if (unreached !== undefined && (unreached.kind !== 'rights' || unreached.during === 'fetch')) return 'offline';
  return pendingPush ? 'pending-push' : 'ok';
}

async function countCommits(
  { jj }: Session,
  { remoteMain, tip }: Picture,
): Promise<{ readonly ahead: number; readonly behind: number }> {
  const [own] = tip;
  if (own === undefined || own === remoteMain) return { ahead: 0, behind: 0 };
  if (remoteMain === undefined) return { ahead: (await list(jj, `::${own} ~ root()`, '"1\\n"')).length, behind: 0 };
  const [ahead, behind] = [`${remoteMain}..${own}`, `${own}..${remoteMain}`];
  const sides = await list(jj, `(${ahead}) | (${behind})`, `if(self.contained_in("${ahead}"), "1\\n", "0\\n")`);
  const countAhead = sides.filter((side) => side === 1).length;
  return { ahead: countAhead, behind: sides.length - countAhead };
}

async function list(jj: Session['jj'], revset: string, template: string): Promise<readonly unknown[]> {
  return await jj.lines(['log', '--no-graph', '-r', revset, '-T', template], 'count commits');
}
