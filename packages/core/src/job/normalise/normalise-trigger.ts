import { isRotaError } from '../../errors/rota-error.ts';
import type { JobKey, Trigger } from '../job.ts';
import type { ValidManifest } from '../job-input.ts';
import { parseJobKey } from '../job-key.ts';
import type { JobContext } from './job-context.ts';
import type { Notes } from './notes.ts';

/** What makes the job due: exactly one of `schedule` and `on`. */
export function normaliseTrigger(spec: ValidManifest['spec'], key: JobKey, context: JobContext, notes: Notes): Trigger {
  if (spec.after !== undefined && spec.on !== 'apply') {
    const only = spec.after.length === 1 ? spec.after[0] : 'JOB';
    notes.error(
      'ROTA_FIELD_VALUE',
      ['spec', 'after'],
      '`spec.after` orders jobs that have `on: apply`. To run when another job ends well, write `on: {after: JOB}`.',
      `on: {after: ${only}}`,
    );
  }
  if (spec.on === undefined) return scheduleTrigger(spec, context, notes);
  for (const field of ['schedule', 'timezone', 'startingDeadline'] as const) {
    if (spec[field] !== undefined)
      notes.error(
        'ROTA_FIELD_VALUE',
        ['spec', field],
        `\`spec.${field}\` has no meaning beside \`spec.on\`. Keep one of the two.`,
      );
  }
  if (spec.persistent === true)
    notes.error(
      'ROTA_FIELD_VALUE',
      ['spec', 'persistent'],
      '`spec.persistent` has no meaning beside `spec.on`: an event cannot be missed.',
    );
  if (typeof spec.on === 'object') return { kind: 'after', job: parseJobKey(spec.on.after, key.tenant) };
  if (spec.on === 'apply') return { kind: 'apply', after: (spec.after ?? []).map((job) => parseJobKey(job, key.tenant)) };
  return { kind: spec.on };
}

function scheduleTrigger(spec: ValidManifest['spec'], context: JobContext, notes: Notes): Trigger {
  const timezone = spec.timezone ?? 'UTC';
  if (spec.schedule === undefined) {
    notes.error(
      'ROTA_FIELD_MISSING',
      ['spec', 'schedule'],
      'The job has neither `spec.schedule` nor `spec.on`: nothing would ever start it.',
    );
    return { kind: 'schedule', expression: '', timezone };
  }
  const problem = context.scheduleError(spec.schedule);
  if (problem !== undefined) {
    const issues = problem.issues.length > 0 ? problem.issues : [problem];
    for (const issue of issues) {
      const suggestion = isRotaError(issue) ? issue.suggestions[0] : issue.suggestion;
      notes.error(problem.code, ['spec', 'schedule'], `\`spec.schedule\`: ${issue.message}`, suggestion, (issue.column ?? 1) - 1);
    }
  }
  if (problem === undefined) {
    for (const { message, suggestion } of context.scheduleWarnings(spec.schedule)) {
      notes.warning('ROTA_SCHEDULE_MISLEADING', ['spec', 'schedule'], `\`spec.schedule\`: ${message}`, suggestion);
    }
  }
  const zoneProblem = context.zoneError(timezone);
  if (zoneProblem !== undefined)
    notes.error(zoneProblem.code, ['spec', 'timezone'], `\`spec.timezone\`: ${zoneProblem.message}`, zoneProblem.suggestions[0]);
  return { kind: 'schedule', expression: spec.schedule, timezone };
}
