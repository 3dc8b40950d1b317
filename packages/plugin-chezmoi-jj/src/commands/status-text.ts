import type { Drift, SyncState, SyncStatus } from '../status/sync-status.ts';

const stateTexts: Readonly<Record<SyncState, string>> = {
  ok: 'in step',
  offline: 'the remote was not reached; the next sync continues',
  'pending-push': 'in step here, not published yet',
  busy: 'another sync, chezmoi or git was at work; the next sync continues',
  drift: 'in step, but for files that were left alone',
  'secret-blocked': 'something that looks like a secret was kept at home',
  conflicted: 'hosts disagree; nothing was overwritten',
  'remote-broken': 'what others published cannot be used; this home stays as it is',
  'needs-attention': 'stopped; see the error',
};

const driftTexts: Readonly<Record<Drift['reason'], string>> = {
  'unknown-here': 'was here before, and chezmoi never wrote it',
  'edited-template': 'edited here; a template or a program makes it, or it is only written once, so no edit is taken',
  edited: 'edited here meanwhile; the next sync takes it',
  deleted: 'deleted here; deletions are not passed on',
  script: 'a script of another host; not run',
  removal: 'would be removed; removals are off',
  'not-captured': 'edited here, and not taken',
  'too-large': 'too large',
  zeros: 'holds only zeros, as after a power cut; not taken',
  attributes: 'two names in the repository',
  'folder-in-the-way': 'a folder with files of its own, where other hosts have a file; move it away',
  'source-gone': 'edited here, and deleted or renamed by another host; not taken',
};

/** A status for people. */
export function statusText(status: SyncStatus): readonly string[] {
  return [
    `${status.host}  ${status.state}: ${stateTexts[status.state]}`,
    ...(status.lastError === null ? [] : [`  ${status.lastError.message}`]),
    ...(status.captured.length === 0 ? [] : [`  taken from here: ${status.captured.join(', ')}`]),
    ...(status.applied.length === 0 ? [] : [`  brought here: ${status.applied.join(', ')}`]),
    ...(status.ahead + status.behind === 0 ? [] : [`  ${status.ahead} ahead of the shared branch, ${status.behind} behind`]),
    ...status.conflicts.map(({ path }) => `  conflict  ${path}   rota chezmoi resolve ${path} --take local|remote|edit`),
    ...status.drift.map(({ path, reason }) => `  left      ${path}   ${driftTexts[reason]}`),
    ...status.blockedSecrets.map(({ path, kind, line }) => `  secret    ${path}:${line}   ${kind}`),
    ...(status.pendingPush ? ['  not everything is published yet'] : []),
  ];
}

/** Conflicts for people: who changed what, and when. */
export function conflictText({ conflicts }: Pick<SyncStatus, 'conflicts'>): readonly string[] {
  return conflicts.flatMap(({ path, sides }) => [
    path,
    ...sides.map(({ side, host, commit, changedAt }) => `  ${side.padEnd(6)}  ${host}  ${changedAt}  ${commit.slice(0, 12)}`),
    `  rota chezmoi resolve ${path} --take local|remote|edit`,
  ]);
}
