import { parseCron, parseDuration } from '@rota/core';
import * as v from 'valibot';
import { scheduleText } from './schedule-text.ts';

const duration = v.pipe(
  v.union([v.string(), v.number()], 'a duration such as "30s", "5m" or "2h"'),
  v.rawTransform(({ dataset, addIssue, NEVER }) => {
    const ms = parseDuration(dataset.value);
    if (ms !== undefined) return ms;
    addIssue({ message: `a duration such as "30s", "5m" or "2h", not ${JSON.stringify(dataset.value)}` });
    return NEVER;
  }),
);

const text = v.pipe(v.string(), v.nonEmpty('not an empty text'));
const argv = v.pipe(v.array(v.string()), v.nonEmpty('at least the program'));
const clock = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "02:00"'));
const absolute = v.pipe(v.string(), v.startsWith('/', 'an absolute path'));

const schedule = v.pipe(
  v.string(),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    try {
      parseCron(scheduleText(dataset.value));
    } catch (error) {
      addIssue({
        message: `"HH:MM" or five cron fields: ${error instanceof Error ? error.message : String(error)}`,
      });
    }
  }),
);

const hook = v.strictObject({
  // How messages call it. @default the command
  name: v.optional(text),
  command: argv,
  // @default 5m
  timeout: v.optional(duration, '5m'),
  // `abort`: nothing is updated. `continue`: a warning.
  onError: v.optional(v.picklist(['abort', 'continue']), 'abort'),
});

const healthCheck = v.union(
  [
    v.strictObject({ unit: text }),
    v.strictObject({ http: v.pipe(v.string(), v.url('a URL')), status: v.optional(v.number(), 200), contains: v.optional(text) }),
    v.strictObject({ tcp: v.pipe(v.string(), v.regex(/^.+:\d{1,5}$/, 'HOST:PORT')) }),
    v.strictObject({ command: argv, timeout: v.optional(duration, '30s') }),
  ],
  '{unit}, {http}, {tcp} or {command}',
);

const percent = v.pipe(v.number(), v.minValue(1, 'from 1 to 100'), v.maxValue(100, 'from 1 to 100'));
const count = v.pipe(v.number(), v.integer('a whole number'), v.minValue(0, 'not negative'));

const ring = v.strictObject({
  name: text,
  // How long the ring before has to be well with a revision.
  soak: v.optional(duration, '7d'),
  schedule: v.optional(schedule),
});

const fleet = v.strictObject({
  // A Git repository that every host of the fleet may push to: a path or an address that git takes.
  repository: text,
  branch: v.optional(text, 'rota-fleet'),
  // This host's ring. @default the label `ring` of the host file, else the first ring
  ring: v.optional(text),
});

/** The options of the plugin, and of the NixOS and home-manager modules: same names, same defaults. */
export const optionsSchema = v.strictObject({
  enable: v.optional(v.boolean(), false),
  // What is updated: this machine, or the home of this user.
  system: v.optional(v.picklist(['nixos', 'home-manager']), 'nixos'),
  // Folder of the flake.
  flakePath: absolute,
  // Name below `nixosConfigurations` or `homeConfigurations`. @default the host name, or user@host
  configuration: v.optional(text),
  // The inputs to update. @default all
  inputs: v.optional(v.array(text), []),
  schedule: v.optional(schedule, '02:00'),
  randomizedDelay: v.optional(duration, '30m'),
  persistent: v.optional(v.boolean(), true),
  logRetentionDays: v.optional(v.pipe(count, v.minValue(1, 'at least 1')), 30),
  logFile: v.optional(absolute),
  operation: v.optional(v.picklist(['switch', 'boot', 'test']), 'switch'),
  autoReboot: v.optional(v.boolean(), true),
  reboot: v.optional(v.picklist(['if-needed', 'always', 'never']), 'if-needed'),
  rebootDelay: v.optional(duration, '2m'),
  rebootMessage: v.optional(text, 'Rota restarts this machine to finish an update. Cancel: rota nix reboot --cancel'),
  // Local time; both ends belong to it, and it may cross midnight.
  rebootWindow: v.optional(v.strictObject({ lower: clock, upper: clock })),
  diskThreshold: v.optional(percent, 90),
  minUptime: v.optional(duration, '30m'),
  requiredServices: v.optional(v.array(text), []),
  requireRunning: v.optional(v.boolean(), false),
  requireNetwork: v.optional(v.boolean(), true),
  requireAcPower: v.optional(v.boolean(), true),
  allowMetered: v.optional(v.boolean(), false),
  preUpdateHooks: v.optional(v.array(hook), []),
  preUpdateValidation: v.optional(v.boolean(), true),
  hostCanCommitConfig: v.optional(v.boolean(), false),
  // More derivations than this are not built.
  maxBuilds: v.optional(count, 1000),
  healthChecks: v.optional(v.array(healthCheck), []),
  // Before the first look, so that units have settled.
  healthSettle: v.optional(duration, '10s'),
  // How long a check may take to become good.
  healthGrace: v.optional(duration, '2m'),
  memoryMax: v.optional(text, '2G'),
  cpuQuota: v.optional(text, '50%'),
  // Of fetch, evaluation and build together; never of an activation or a rollback.
  timeout: v.optional(duration, '30m'),
  activationTimeout: v.optional(duration, '10m'),
  rings: v.optional(v.array(ring), []),
  fleet: v.optional(fleet),
  notify: v.optional(v.strictObject({ webhook: v.optional(v.pipe(v.string(), v.url('a URL'))), command: v.optional(argv) }), {}),
});

/** What a config gives. */
export type NixUpdateOptions = v.InferInput<typeof optionsSchema>;

/** The same with defaults filled in; durations are milliseconds. */
export type Settings = v.InferOutput<typeof optionsSchema>;

export type PreUpdateHook = Settings['preUpdateHooks'][number];
export type HealthCheck = Settings['healthChecks'][number];
