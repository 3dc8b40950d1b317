import type { Host, StatusSection } from '@rota/core';
import { patience } from '../record/held-up.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { updateStatus } from './update-status.ts';

/** What `rota status` and the report say of the updates. */
export function statusSection(options: NixUpdateOptions, host: Host): StatusSection {
  const status = updateStatus({ options, host });
  const { last, lastGood, reboot, statistics, system } = status;
  const broken = last?.status === 'rollback-failed';
  const waits = reboot.marker !== null || reboot.needed === true;
  return {
    title: 'Nix updates',
    state: broken
      ? 'failed'
      : statistics.failuresInARow > 0 || statistics.heldUpInARow >= patience || waits || status.interrupted
        ? 'attention'
        : 'ok',
    summary:
      last === null
        ? 'No update has run yet.'
        : last.failure === null
          ? `The last run ended as ${last.status}${waits ? '; a reboot is awaited' : ''}.`
          : `The last run ended as ${last.status} (${last.failure.class}): ${last.failure.message}`,
    facts: [
      { label: 'system', value: system.current ?? 'unknown' },
      { label: 'up to date as of', value: lastGood ?? 'never' },
      { label: 'bad revisions', value: String(status.badRevisions.length) },
    ],
    data: { formatVersion: 1, lastGood, status: last?.status ?? null, rebootNeeded: waits, system, statistics },
  };
}
