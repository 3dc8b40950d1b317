import { definePluginCommand, type Host, type PluginCommand, type PluginRota } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { announce } from '../status/announce.ts';
import { readStatus } from '../status/status-file.ts';
import type { SyncStatus } from '../status/sync-status.ts';
import { preview } from '../sync/preview.ts';
import { placeOf } from '../sync/session/place.ts';
import { syncDotfiles } from '../sync/sync-dotfiles.ts';
import type { SyncFlags } from '../sync/sync-flags.ts';
import { syncOutput } from './output-schemas.ts';
import { statusText } from './status-text.ts';
import { isForUsers, syncUsers } from './sync-users.ts';

/** `rota chezmoi sync` */
export function syncCommand(options: DotfileOptions): PluginCommand {
  return definePluginCommand({
    name: 'sync',
    aliases: ['chezmoi-sync'],
    summary: 'take the edits of this home, merge those of other hosts, publish and apply',
    options: {
      dryRun: { kind: 'flag', summary: 'say what would be taken and brought, and change nothing' },
      noPush: { kind: 'flag', summary: 'publish nothing' },
      noApply: { kind: 'flag', summary: 'change nothing in the home folder' },
      strict: { kind: 'flag', summary: 'exit with 3 for a conflict and 75 while another sync runs' },
    },
    examples: ['rota chezmoi sync', 'rota chezmoi sync --dry-run', 'rota chezmoi sync --json'],
    exitCodes: {
      0: 'in step, or what stands in the way is no failure: no network, a conflict',
      1: 'the set-up does not allow it, or a step failed',
      3: 'with --strict: a conflict waits',
      75: 'with --strict: another sync runs',
    },
    output: syncOutput,
    async run({ host, options: given, config, namespace, rota }) {
      if (isForUsers(host, options)) return await syncUsers(host, options, { config, namespace, rota, flags: given });
      if (given.dryRun) {
        const status = await preview(host, options);
        return { data: status, text: statusText(status) };
      }
      const status = await synced(host, options, given, rota);
      const codes: Readonly<Record<string, number>> = given.strict ? { conflicted: 3, busy: 75 } : {};
      return { data: status, text: statusText(status), exitCode: codes[status.state] ?? 0 };
    },
  });
}

/** Also what stops a sync is told. */
async function synced(host: Host, options: DotfileOptions, flags: SyncFlags, rota: PluginRota): Promise<SyncStatus> {
  try {
    const { status } = await syncDotfiles(host, options, flags);
    await announce(host, options, status, rota);
    await rota.told();
    return status;
  } catch (error) {
    const status = readStatus(host, placeOf(host));
    if (status?.state === 'needs-attention') {
      await announce(host, options, status, rota);
      await rota.told();
    }
    throw error;
  }
}
