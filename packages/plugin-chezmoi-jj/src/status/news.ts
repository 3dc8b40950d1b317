import type { AlertNews } from '@rota/core';
import type { RemoteFailure } from '../jj/failure-kind.ts';
import type { DotfileOptions } from '../options.ts';
import type { Drift, SyncStatus } from './sync-status.ts';

/** What people were told last: `well`, or what stands in the way. */
export type Told = 'well' | SyncStatus['state'] | 'read-only' | 'shut-out';

/** Left alone until a person decides; the other reasons are how the options want it. */
const undecided: readonly Drift['reason'][] = [
  'unknown-here',
  'edited-template',
  'not-captured',
  'too-large',
  'zeros',
  'attributes',
  'folder-in-the-way',
  'source-gone',
];

/** Of a remote that was reached, and does not let this host in: no waiting mends that. */
const shutOut: readonly string[] = ['auth', 'rights', 'no-repository'] satisfies readonly RemoteFailure[];

/** What a sync is worth telling, once: that it needs a person, or that it no longer does. `undefined`: it is known, or passes by itself. */
export function newsOf(
  status: SyncStatus,
  told: Told,
  { autoCommit }: Pick<DotfileOptions, 'autoCommit'>,
): { readonly told: Told; readonly news: AlertNews } | undefined {
  const held = status.drift.filter(({ reason }) => undecided.includes(reason) && (autoCommit || reason !== 'not-captured'));
  const now = standing(status, held);
  if (now === undefined || now === told) return undefined;
  return { told: now, news: { event: now === 'well' ? 'recovery' : 'failure', text: sentence(status, held) } };
}

/** No network and a busy repository say nothing about what stood in the way before. */
function standing({ state, lastError }: SyncStatus, held: readonly Drift[]): Told | undefined {
  if (state === 'pending-push' && lastError?.kind === 'rights') return 'read-only';
  if (state === 'offline' && lastError !== null && shutOut.includes(lastError.kind)) return 'shut-out';
  if (state === 'offline' || state === 'busy' || state === 'pending-push') return undefined;
  if (state === 'drift') return held.length > 0 ? 'drift' : 'well';
  return state === 'ok' ? 'well' : state;
}

function sentence({ host, state, conflicts, blockedSecrets, lastError }: SyncStatus, held: readonly Drift[]): string {
  const what = [...conflicts, ...blockedSecrets, ...(state === 'drift' ? held : [])].map(({ path }) => path).join(', ');
  return `rota chezmoi: ${host} is ${state}${what === '' ? '' : `: ${what}`}${lastError === null ? '' : ` (${lastError.message})`}`;
}
