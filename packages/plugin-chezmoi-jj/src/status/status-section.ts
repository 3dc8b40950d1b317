import type { Host, StatusSection } from '@rota/core';
import { statusText } from '../commands/status-text.ts';
import { placeOf } from '../sync/session/place.ts';
import { readStatus } from './status-file.ts';

/** What `rota status` and the report say of the dotfiles. */
export function statusSection(host: Pick<Host, 'files' | 'stateDir'>): StatusSection {
  const status = readStatus(host, placeOf(host));
  if (status === undefined) {
    return {
      title: 'Dotfiles',
      state: 'ok',
      summary: 'No sync has run yet.',
      facts: [],
      data: { formatVersion: 1, state: null },
    };
  }
  const isBroken = status.state === 'needs-attention' || status.state === 'remote-broken';
  const isWell = ['ok', 'offline', 'pending-push', 'busy'].includes(status.state);
  return {
    title: 'Dotfiles',
    state: isBroken ? 'failed' : isWell ? 'ok' : 'attention',
    summary: `${(statusText(status)[0] ?? '').trim()}.`,
    facts: [
      { label: 'last sync', value: status.lastSync ?? 'never' },
      { label: 'in conflict', value: status.conflicts.map(({ path }) => path).join(', ') || 'nothing' },
      { label: 'left alone', value: String(status.drift.length) },
    ],
    data: status,
  };
}
