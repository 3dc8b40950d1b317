import { definePlugin, type JobInput, type Plugin, type PluginApi } from '@rota/core';
import { chezmoiCommands } from './commands/chezmoi-commands.ts';
import { type DotfileOptions, type DotfileOptionsInput, dotfileOptions } from './options.ts';
import { statusSection } from './status/status-section.ts';

/**
 * Keeps dotfiles in step across hosts. One line in `jobs.config.ts`:
 *
 * ```ts
 * plugins: [chezmoiJj({ enable: true, repoUrl: 'git@example.org:ada/dotfiles.git' })]
 * ```
 *
 * Without `enable` there are the commands, and no job.
 */
export const chezmoiJj: (options: DotfileOptionsInput) => Plugin = definePlugin({
  name: 'chezmoi-jj',
  apiVersion: 1,
  options: dotfileOptions,
  setup(api, options) {
    api.addCommands(chezmoiCommands(options));
    if (!options.enable) return;
    api.addJobs([syncJob(api, options)]);
    api.addStatus(({ host }) => statusSection(host));
  },
});

/** A sync that was missed is caught up; one that is still running is not joined by another. `before` is what the update of a Nix machine looks for. */
function syncJob(api: PluginApi, { schedule, syncBeforeUpdate }: DotfileOptions): JobInput {
  return {
    name: 'chezmoi-sync',
    schedule,
    timezone: 'local',
    persistent: true,
    concurrency: 'forbid',
    timeout: '30m',
    annotations: { docs: 'rota help chezmoi', ...(syncBeforeUpdate ? { before: 'nix-update' } : {}) },
    ...api.rotaCommand(['chezmoi', 'sync']),
  };
}
