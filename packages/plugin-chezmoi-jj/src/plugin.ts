import { definePlugin, type JobInput, type Plugin, type PluginApi } from '@rota/core';
import { chezmoiCommands } from './commands/chezmoi-commands.ts';
import { type DotfileOptions, type DotfileOptionsInput, dotfileOptions } from './options.ts';
import { statusSection } from './status/status-section.ts';
import { jobName } from './status/tell-channels.ts';
import { requireRemote } from './sync/session/require-remote.ts';

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
    api.addCommands(chezmoiCommands(options, api.place.hosts));
    api.addAlertChannel({
      name: 'matrix',
      module: new URL('./matrix-channel.js', import.meta.url),
      options: options.alerts?.matrix ?? {},
      secrets: ['token'],
    });
    if (!options.enable) return;
    api.addJobs([syncJob(api, options)]);
    api.addStatus(({ host }) => statusSection(host));
    api.onHook('before:apply', async ({ host, plan }) => {
      const isNew = plan.changes.some(({ action, name }) => action === 'create' && name === jobName);
      if (isNew) await requireRemote(host, options);
    });
  },
});

/** A sync that was missed is caught up; one that is still running is not joined by another. `before` is what the update of a Nix machine looks for. */
function syncJob(api: PluginApi, { schedule, syncBeforeUpdate, alerts, notify }: DotfileOptions): JobInput {
  return {
    name: jobName,
    schedule,
    timezone: 'local',
    persistent: true,
    concurrency: 'forbid',
    timeout: '30m',
    ...(alerts === undefined && notify === undefined ? {} : { alerts: alertsOf({ alerts, notify }) }),
    annotations: { docs: 'rota help chezmoi', ...(syncBeforeUpdate ? { before: 'nix-update' } : {}) },
    ...api.rotaCommand(['chezmoi', 'sync']),
  };
}

/**
 * What a sync can tell it tells itself, once and not at every run (`announce.ts`). The runner tells, once too, when it could not: the config cannot be loaded any
 * more, the plugin is gone, or it takes too long. `notify` gets the status from the sync, so only what the runner tells goes there from here.
 */
function alertsOf({ alerts = {}, notify }: Pick<DotfileOptions, 'alerts' | 'notify'>) {
  const { matrix, channels = [], ...others } = alerts;
  return {
    ...others,
    by: 'job' as const,
    channels: [
      ...(matrix === undefined ? [] : [{ plugin: 'matrix' }]),
      ...channels,
      ...(notify === undefined ? [] : [{ command: notify, by: 'runner' as const }]),
    ],
  };
}
