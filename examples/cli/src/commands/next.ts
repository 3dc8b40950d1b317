import { bareJob, defineSchedule, fireTimes, hostZone, instantText, type Job, RotaError, translateJob } from '@rota/core';
import { chooseDialect } from '../open/choose-dialect.ts';
import { declaredJob } from '../open/declared-job.ts';
import { localTime } from '../output/local-time.ts';
import { deviationsOf, fidelityText } from '../output/translation-text.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota next`: the coming fire times of an expression or of a declared job, and how the backend keeps to them. */
export async function run(context: CommandContext): Promise<number> {
  const { options } = context;
  const host = context.host();
  const job = await jobOf(context);
  if (job.trigger.kind !== 'schedule') {
    throw new RotaError(
      'ROTA_USAGE',
      `The job ${job.tenant}/${job.name} starts at an event (${job.trigger.kind}), so it has no fire times.`,
    );
  }
  const { expression, timezone } = job.trigger;
  const zone = hostZone(host, timezone);
  const schedule = defineSchedule(expression, zone);
  const times: number[] = [];
  for (const at of fireTimes(schedule, { after: options.from ?? Math.floor(host.now() / 1000) })) {
    if (times.push(at) >= (options.count ?? 5)) break;
  }
  const { backend, dialect } = await chooseDialect(context);
  const translation = await translateJob(host, backend, dialect, job);
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      ...(jobName(context) === undefined ? {} : { tenant: job.tenant, name: job.name }),
      schedule: expression,
      timezone: zone.name,
      fireTimes: times.map(instantText),
      backend: backend.name,
      fidelity: translation.proof?.fidelity ?? 'refused',
      ...(translation.reason === undefined ? {} : { reason: translation.reason }),
      deviations: deviationsOf(translation),
    });
    return 0;
  }
  for (const at of times) context.print(`${instantText(at)}  ${localTime(at, zone)}`);
  if (times.length === 0) context.say('No fire time is left before 2100.');
  context.say(fidelityText(translation));
  return 0;
}

/** One word is no expression, but for `@daily` and its like: it is the name of a job, as people type it. */
function jobName({ args: [subject], options }: CommandContext): string | undefined {
  return options.job ?? (subject !== undefined && /^(?=.*[a-z])[a-z0-9._/-]+$/.test(subject) ? subject : undefined);
}

async function jobOf(context: CommandContext): Promise<Job> {
  const { args, options } = context;
  if ((args[0] === undefined) === (options.job === undefined)) {
    throw new RotaError('ROTA_USAGE', 'Expected either a cron expression or the name of a job.', {
      suggestions: ["rota next '0 2 * * *'", 'rota next backup'],
    });
  }
  const name = jobName(context);
  if (name !== undefined) return await declaredJob(context, name);
  const host = context.host();
  const expression = args[0] ?? '';
  const timezone = options.tz ?? 'UTC';
  // Read here, so that its errors name the expression and not a job.
  defineSchedule(expression, hostZone(host, timezone));
  return bareJob(expression, timezone);
}
