import * as v from 'valibot';
import { selectorSchema, whenSchema } from './condition-schema.ts';
import { resourcesSchema, sandboxSchema } from './limits-schema.ts';
import { alertsSchema, checkinSchema } from './report-schema.ts';
import {
  commandSchema,
  durationSchema,
  jobReferenceSchema,
  nameSchema,
  stringMapSchema,
  textListSchema,
  textSchema,
} from './schema-parts.ts';
import { stateSchema } from './state-schema.ts';

const duration = (description: string) => v.optional(v.pipe(durationSchema, v.description(description)));
const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)));
const policySchema = v.picklist(['forbid', 'allow', 'replace', 'queue']);

const triggerFields = {
  schedule: v.optional(
    v.pipe(
      textSchema,
      v.description('Five-field cron expression, or @hourly, @daily, @weekly, @monthly, @yearly. Required unless `on` is given.'),
    ),
  ),
  timezone: v.optional(
    v.pipe(textSchema, v.description('IANA name such as Europe/Berlin, or `local` for the zone of the machine. Default UTC.')),
  ),
  on: v.optional(
    v.pipe(
      v.union(
        [v.picklist(['boot', 'login', 'apply']), v.strictObject({ after: jobReferenceSchema })],
        'boot, login, apply, or {after: JOB}',
      ),
      v.description('An event instead of a schedule.'),
    ),
  ),
  after: v.optional(v.pipe(v.array(jobReferenceSchema), v.description('For `on: apply`: jobs that come first.'))),
  persistent: flag('A fire time that was missed while the machine was off is caught up. Default false.'),
  startingDeadline: duration('A fire time older than this is skipped. Default 10m, without limit for a persistent job.'),
  randomizedDelay: duration('Stable offset of at most this much, to spread load.'),
  accuracy: duration('How late the scheduler may be, to save power. Default 1s.'),
};

const processFields = {
  command: v.pipe(
    textSchema,
    v.description(
      'A command line, split at blanks without a shell; with `args` one program; with `shell: true` the text for a shell.',
    ),
  ),
  args: v.optional(v.pipe(v.array(v.string()), v.description('Arguments, as they are.'))),
  shell: flag('Run `command` by a shell. Default false.'),
  workingDir: v.optional(
    v.pipe(textSchema, v.description('Absolute, or relative to the home folder, with or without `~/`. Default the home folder.')),
  ),
  env: v.optional(
    v.pipe(stringMapSchema, v.description('Environment. Values may hold references such as ${TOKEN} or ${file:/path}.')),
  ),
  timeout: duration('The process is ended after this long. Default no limit.'),
};

const retrySchema = v.pipe(
  v.strictObject({
    enabled: flag('Whether a failed run is tried again. Default false.'),
    attempts: v.optional(
      v.pipe(
        v.number(),
        v.integer('a whole number'),
        v.minValue(1, 'from 1 to 100'),
        v.maxValue(100, 'from 1 to 100'),
        v.description('Retries after the first try. Default 3.'),
      ),
    ),
    backoff: v.optional(
      v.pipe(v.picklist(['exponential', 'fixed']), v.description('Default exponential: each delay is twice the one before.')),
    ),
    delay: duration('Before the first retry. Default 10s.'),
    maxDelay: duration('Longest delay. Default 1h.'),
  }),
  v.description('What to do when a run fails.'),
);

const requiresSchema = v.pipe(
  v.strictObject({
    commands: v.optional(
      v.pipe(textListSchema, v.description('Programs that must be on the PATH of the job; a missing one fails the plan.')),
    ),
    files: v.optional(
      v.pipe(
        textListSchema,
        v.description(
          'Files that must exist when the job runs: absolute, from the home folder (`~/`), or relative to the working folder.',
        ),
      ),
    ),
    units: v.optional(v.pipe(textListSchema, v.description('systemd units that must be active when the job runs.'))),
    network: v.optional(
      v.pipe(
        v.union([v.boolean(), v.strictObject({ wait: v.optional(durationSchema) })], 'true, or {wait: DURATION}'),
        v.description('A network route; `wait` says how long to wait for it before the run is skipped.'),
      ),
    ),
    power: v.optional(v.pipe(v.picklist(['ac']), v.description('`ac`: not on battery.'))),
  }),
  v.description('Conditions of a run.'),
);

const hookSchema = (description: string) => v.optional(v.pipe(v.array(commandSchema), v.description(description)));

/** `spec` of a manifest. */
export const specSchema = v.strictObject({
  ...triggerFields,
  ...processFields,
  checkin: v.optional(checkinSchema),
  retry: v.optional(retrySchema),
  agent: v.optional(v.strictObject({ selector: v.optional(selectorSchema) })),
  when: v.optional(whenSchema),
  enabled: flag('false: not installed. Default true.'),
  paused: flag('true: installed, does not run. Default false.'),
  dependsOn: v.optional(
    v.pipe(
      v.array(
        v.union(
          [jobReferenceSchema, v.strictObject({ job: jobReferenceSchema, within: v.optional(durationSchema) })],
          'JOB, or {job: JOB, within: DURATION}',
        ),
      ),
      v.description('Jobs whose last run must have succeeded, within a time if it is given; else the run is skipped.'),
    ),
  ),
  requires: v.optional(requiresSchema),
  concurrency: v.optional(
    v.pipe(
      v.union(
        [policySchema, v.strictObject({ policy: v.optional(policySchema), locks: v.optional(v.array(nameSchema)) })],
        'forbid, allow, replace or queue, or {policy, locks}',
      ),
      v.description(
        'What happens when the job is due while it still runs. Default forbid. Named locks are shared between the jobs of one namespace of one user.',
      ),
    ),
  ),
  hooks: v.optional(
    v.pipe(
      v.strictObject({
        before: hookSchema('Before the process; a failing one fails the run.'),
        onSuccess: hookSchema('After a run that ended well.'),
        onFailure: hookSchema('After a run that did not.'),
        always: hookSchema('At the end, whatever the outcome.'),
      }),
      v.description('Commands around a run.'),
    ),
  ),
  resources: v.optional(resourcesSchema),
  sandbox: v.optional(sandboxSchema),
  alerts: v.optional(alertsSchema),
  state: v.optional(stateSchema),
  backend: v.optional(v.pipe(textSchema, v.description('A backend for this job, whatever the others use.'))),
});
