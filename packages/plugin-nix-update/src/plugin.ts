import { definePlugin, type JobInput, type Plugin, type PluginApi, printDuration } from '@rota/core';
import { nixCommands } from './commands/nix-commands.ts';
import { privilegeProblem } from './preconditions/privilege-problem.ts';
import { type NixUpdateOptions, optionsSchema, type Settings } from './settings/options-schema.ts';
import { readSettings } from './settings/read-settings.ts';
import { ringProblem } from './settings/ring-problem.ts';
import { scheduleText } from './settings/schedule-text.ts';
import { statusSection } from './status/status-section.ts';

/**
 * Updates a NixOS host or a home-manager user every night. One line in `jobs.config.ts`:
 *
 * ```ts
 * plugins: [nixUpdate({ enable: true, flakePath: '/etc/nixos' })]
 * ```
 *
 * The options are checked when the config is loaded; without `enable` there are the commands, and no job.
 */
export function nixUpdate(options: NixUpdateOptions): Plugin {
  return definePlugin({
    name: 'nix-update',
    apiVersion: 1,
    options: optionsSchema,
    setup(api, settings) {
      const own = withRing(options, settings, api.place.identity.labels.ring);
      api.addCommands(nixCommands(own, api.place.hosts));
      if (!settings.enable) return;
      const problem =
        privilegeProblem({ host: api.place.host, system: { kind: settings.system } }) ??
        ringProblem({ rings: settings.rings, fleet: own.fleet });
      if (problem !== null) throw new Error(problem);
      api.addJobs(jobs(api, readSettings(own)));
      api.addStatus(({ host }) => statusSection(own, host));
    },
  })(options);
}

/** The host file or the inventory says in which ring a host is, unless the options do. Without rings the label is somebody else's. */
function withRing(options: NixUpdateOptions, { rings }: Settings, ring: string | undefined): NixUpdateOptions {
  if (rings.length === 0 || options.fleet === undefined || options.fleet.ring !== undefined || ring === undefined) return options;
  return { ...options, fleet: { ...options.fleet, ring } };
}

/** The update, the look after a boot, and the reboot that waits for its window. */
function jobs(api: PluginApi, settings: Settings): readonly JobInput[] {
  const { memoryMax, cpuQuota, rebootWindow, autoReboot, reboot, operation, system } = settings;
  const reboots = system === 'nixos' && autoReboot && reboot !== 'never' && operation !== 'test';
  const alerts = alertsOf(settings);
  const update: JobInput = {
    timezone: 'local',
    name: 'nix-update',
    schedule: scheduleText(settings.schedule),
    persistent: settings.persistent,
    randomizedDelay: printDuration(settings.randomizedDelay),
    ...api.rotaCommand(['nix', 'update', '--scheduled']),
    resources: { memoryMax, cpuQuota },
    ...alerts,
  };
  const verify: JobInput = { name: 'nix-update-verify', on: 'boot', ...api.rotaCommand(['nix', 'verify']), ...alerts };
  const waiting: JobInput = {
    timezone: 'local',
    name: 'nix-update-reboot',
    schedule: scheduleText(rebootWindow?.lower ?? '00:00'),
    ...api.rotaCommand(['nix', 'reboot']),
    ...alerts,
  };
  return [update, ...(system === 'nixos' ? [verify] : []), ...(reboots && rebootWindow !== undefined ? [waiting] : [])];
}

/** An update tells of its own failures (`notify.ts`). The runner tells, once, when it could not: the config cannot be loaded any more, or the plugin is gone. */
function alertsOf({ notify: { webhook, command } }: Settings) {
  if (webhook === undefined && command === undefined) return {};
  const channels = command === undefined ? [] : [{ command }];
  return { alerts: { by: 'job' as const, ...(webhook === undefined ? {} : { webhook }), channels } };
}
