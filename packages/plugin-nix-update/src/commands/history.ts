import { definePluginCommand, type PluginCommand } from '@rota/core';
import { updateLayout } from '../machine/layout.ts';
import { readReports } from '../record/history.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { updateStatistics } from '../status/update-statistics.ts';
import { historyOutput } from './output-schemas.ts';

/** `rota nix history` */
export function historyCommand(_options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'history',
    summary: 'past updates, latest last, and their statistics',
    options: { limit: { kind: 'count', value: 'n', summary: 'at most this many (default: 20)' } },
    examples: ['rota nix history', 'rota nix history --limit 5 --json'],
    output: historyOutput,
    withoutConfig: true,
    run({ host, options, table }) {
      const all = readReports(host.files, updateLayout(host.stateDir).history);
      const limit = options.limit ?? 20;
      const runs = limit === 0 ? [] : all.slice(-limit);
      const rows = runs.map(({ startedAt, kind, status, step, failure, to }) => [
        startedAt.replace(/\.\d+Z$/, 'Z'),
        kind,
        status,
        step ?? '',
        failure === null ? (to ?? '') : `${failure.class}: ${failure.message}`,
      ]);
      const text = runs.length === 0 ? 'no update has run' : table([['STARTED', 'KIND', 'STATUS', 'STEP', 'DETAILS'], ...rows]);
      return { data: { runs, statistics: updateStatistics(all) }, text };
    },
  });
}
