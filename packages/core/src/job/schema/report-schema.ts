import * as v from 'valibot';
import { commandSchema, durationSchema, oneOrMore, textSchema } from './schema-parts.ts';

const checkinFields = {
  url: v.optional(v.pipe(textSchema, v.description('Where check-ins are posted. May hold references such as ${CHECKIN_URL}.'))),
  secret: v.optional(
    v.pipe(
      textSchema,
      v.description(
        'A reference such as ${CHECKIN_SECRET} or ${file:/run/agenix/checkin}, sent as bearer token. Never the secret itself.',
      ),
    ),
  ),
  ca: v.optional(
    v.pipe(
      textSchema,
      v.description(
        'A PEM file with certificates of authorities that are trusted for it beside the public ones, for an endpoint with a private one. Read when a check-in is sent.',
      ),
    ),
  ),
  timeout: v.optional(
    v.pipe(durationSchema, v.description('Longest expected run; then a `timeout` check-in goes out. Default 1h.')),
  ),
  format: v.optional(v.pipe(v.picklist(['json', 'healthchecks']), v.description('What is posted. Default json.'))),
  start: v.optional(v.pipe(v.boolean(), v.description('Whether the start of a run is reported too. Default false.'))),
  by: v.optional(
    v.pipe(v.picklist(['runner', 'job']), v.description('`job`: the runner reports only if the job did not. Default runner.')),
  ),
};

/** `spec.checkin` */
export const checkinSchema = v.pipe(
  v.strictObject({
    enabled: v.optional(v.pipe(v.boolean(), v.description('Default true.'))),
    ...checkinFields,
  }),
  v.description('Reports each run to a monitoring endpoint. Never changes the outcome of the job.'),
);

/** `checkin` of a config: defaults for all jobs. */
export const checkinDefaultsSchema = v.pipe(
  v.strictObject({
    ...checkinFields,
    url: v.optional(v.pipe(textSchema, v.description('Base URL of the monitoring service; check-ins go to URL/api/checkins.'))),
  }),
  v.description('Check-in settings for all jobs that do not say otherwise.'),
);

/** `spec.alerts` */
export const alertsSchema = v.pipe(
  v.strictObject({
    on: v.optional(
      v.pipe(
        oneOrMore(v.picklist(['failure', 'recovery', 'late', 'missed']), 'failure, recovery, late or missed, or a list'),
        v.description('What to tell of. Default failure and recovery.'),
      ),
    ),
    webhook: v.optional(
      v.pipe(oneOrMore(textSchema, 'a URL or a list of URLs'), v.description('URLs that get a POST. May hold references.')),
    ),
    command: v.optional(
      v.pipe(commandSchema, v.description('A command that gets the message on its standard input, such as a mailer.')),
    ),
    desktop: v.optional(v.pipe(v.boolean(), v.description('A notice on the desktop of the user.'))),
    channels: v.optional(
      v.pipe(
        v.array(
          v.union(
            [
              v.strictObject({ plugin: textSchema, options: v.optional(v.record(v.string(), v.unknown())) }),
              v.strictObject({ command: commandSchema, by: v.optional(v.literal('runner')) }),
            ],
            '{plugin, options} or {command, by}',
          ),
        ),
        v.description(
          'Channels that plugins contribute, and further commands. `by: runner`: what the job tells by itself does not go there.',
        ),
      ),
    ),
    by: v.optional(
      v.pipe(
        v.picklist(['runner', 'job']),
        v.description(
          '`job`: the job tells of its failures and then makes the file that ROTA_ALERTS_DONE names; the runner tells of a failure without it, once until a run has ended well. Default runner.',
        ),
      ),
    ),
  }),
  v.description('Who is told when runs go wrong.'),
);
