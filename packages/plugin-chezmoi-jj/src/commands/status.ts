import { definePluginCommand, type PluginCommand } from '@rota/core';
import type { DotfileOptions } from '../options.ts';
import { neverSynced } from '../status/never-synced.ts';
import { readStatus } from '../status/status-file.ts';
import { openSession } from '../sync/session/open-session.ts';
import { placeOf } from '../sync/session/place.ts';
import { statusOutput } from './output-schemas.ts';
import { statusText } from './status-text.ts';

/** `rota chezmoi status` */
export function statusCommand(options: DotfileOptions): PluginCommand {
  return definePluginCommand({
    name: 'status',
    aliases: ['chezmoi-status'],
    summary: 'how the last sync ended, what waits for a decision, and the latest commits',
    examples: ['rota chezmoi status', 'rota chezmoi status --json'],
    output: statusOutput,
    async run({ host }) {
      const status = readStatus(host, placeOf(host));
      if (status === undefined)
        return { data: { ...neverSynced(host.hostname), log: [] }, text: 'No sync has run yet: rota chezmoi sync' };
      const { jj } = await openSession(host, options);
      const shown = await jj.run(['log', '--no-graph', '-n', '10', '-r', '::@- ~ root()', '-T', 'builtin_log_oneline']);
      const log = shown.stdout.split('\n').filter((line) => line !== '');
      return { data: { ...status, log }, text: [...statusText(status), `  last sync ${status.lastSync}`, '', ...log] };
    },
  });
}
