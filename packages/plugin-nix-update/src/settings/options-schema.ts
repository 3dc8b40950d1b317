import { parseCron, parseDuration } from '@rota/core';
import * as v from 'valibot';
import { ringProblem } from './ring-problem.ts';
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

/** A timer of Node takes 24 days; nothing of an update takes a week. */
const limit = v.pipe(duration, v.maxValue(7 * 86_400_000, 'at most 7d'));

const text = v.pipe(v.string(), v.nonEmpty('not an empty text'));
const argv = v.pipe(v.array(v.string()), v.nonEmpty('at least the program'));
const clock = v.pipe(v.string(), v.regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time of day such as "02:00"'));
const absolute = v.pipe(v.string(), v.startsWith('/', 'an absolute path'));
// Programs get these as words of their command line, where a leading "-" would be an option.
const noOption = v.pipe(text, v.regex(/^[^-]/, 'nothing that begins with "-"'));
// What else has a meaning in `FOLDER#ATTRIBUTE`, as nix takes it.
const flakeFolder = v.pipe(
  absolute,
  v.regex(/^[^#?\0\n]+$/, 'a folder without "#" and "?" in its name, which nix would take for more than a path'),
);
const attribute = v.pipe(text, v.regex(/^[^"\\$\0\n]+$/, 'a name without quotes, "$" and backslashes'));
const input = v.pipe(text, v.regex(/^[A-Za-z_][\w'-]*(\/[A-Za-z_][\w'-]*)*$/, 'the name of an input of the flake'));
// git-check-ref-format(1)
const branchName = v.pipe(
  noOption,
  v.regex(
    /^(?!.*(?:\.\.|@\{|\/\/|\/\.|\.lock(?:\/|$)|[/.]$))[^./\s~^:?*[\\][^\s~^:?*[\\]*$/,
    'a name that git takes for a branch',
  ),
);

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
  timeout: v.optional(limit, '5m'),
  // `abort`: nothing is updated. `continue`: a warning.
  onError: v.optional(v.picklist(['abort', 'continue']), 'abort'),
});

const healthCheck = v.union(
  [
    v.strictObject({ unit: text }),
    v.strictObject({ http: v.pipe(v.string(), v.url('a URL')), status: v.optional(v.number(), 200), contains: v.optional(text) }),
    v.strictObject({ tcp: v.pipe(v.string(), v.regex(/^.+:\d{1,5}$/, 'HOST:PORT')) }),
    v.strictObject({ command: argv, timeout: v.optional(limit, '30s') }),
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
  repository: noOption,
  branch: v.optional(branchName, 'rota-fleet'),
  // This host's ring. @default the label `ring` of the host file, else the first ring
  ring: v.optional(text),
});

const optionsObject = v.strictObject({
  enable: v.optional(v.boolean(), false),
  // What is updated: this machine, or the home of this user.
  system: v.optional(v.picklist(['nixos', 'home-manager']), 'nixos'),
  // Folder of the flake.
  flakePath: flakeFolder,
  // Name below `nixosConfigurations` or `homeConfigurations`. @default the host name, or user@host
  configuration: v.optional(attribute),
  // The inputs to update. @default all
  inputs: v.optional(v.array(input), []),
  schedule: v.optional(schedule, '02:00'),
  randomizedDelay: v.optional(duration, '30m'),
  persistent: v.optional(v.boolean(), true),
  logRetentionDays: v.optional(v.pipe(count, v.minValue(1, 'at least 1')), 30),
  logFile: v.optional(absolute),
  operation: v.optional(v.picklist(['switch', 'boot', 'test']), 'switch'),
  autoReboot: v.optional(v.boolean(), true),
  reboot: v.optional(v.picklist(['if-needed', 'always', 'never']), 'if-needed'),
  rebootDelay: v.optional(limit, '2m'),
  rebootMessage: v.optional(noOption, 'Rota restarts this machine to finish an update. Cancel: rota nix reboot --cancel'),
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
  healthSettle: v.optional(limit, '10s'),
  // How long a check may take to become good.
  healthGrace: v.optional(limit, '2m'),
  memoryMax: v.optional(text, '2G'),
  cpuQuota: v.optional(text, '50%'),
  // Of fetch, evaluation and build together; never of an activation or a rollback.
  timeout: v.optional(limit, '30m'),
  activationTimeout: v.optional(limit, '10m'),
  rings: v.optional(v.array(ring), []),
  fleet: v.optional(fleet),
  notify: v.optional(v.strictObject({ webhook: v.optional(v.pipe(v.string(), v.url('a URL'))), command: v.optional(argv) }), {}),
});

/** The options of the plugin, and of the NixOS and home-manager modules: same names, same defaults. */
export const optionsSchema = v.pipe(
  optionsObject,
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    const problem = ringProblem(dataset.value);
    if (problem === null) return;
    const { value } = dataset;
    addIssue({ message: problem, path: [{ type: 'object', origin: 'value', input: value, key: 'rings', value: value.rings }] });
  }),
);

/** What a config gives. */
export type NixUpdateOptions = v.InferInput<typeof optionsSchema>;

/** The same with defaults filled in; durations are milliseconds. */
export type Settings = v.InferOutput<typeof optionsSchema>;

export type PreUpdateHook = Settings['preUpdateHooks'][number];
export type HealthCheck = Settings['healthChecks'][number];
