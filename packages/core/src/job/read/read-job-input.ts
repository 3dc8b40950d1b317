import type { Issue, SourcePlace } from '../../errors/issue.ts';
import { isRotaError } from '../../errors/rota-error.ts';
import { type CronParserExpression, fromCronParser } from '../../schedule/cron/from-cron-parser.ts';
import type { Job } from '../job.ts';
import type { JobContext } from '../normalise/job-context.ts';
import type { FieldPath, Problem } from '../problem.ts';
import { metadataSchema } from '../schema/manifest-schema.ts';
import { specSchema } from '../schema/spec-schema.ts';
import { definedPlace } from './defined-place.ts';
import { readJob, withoutEchoes } from './read-job.ts';
import { unknownField, valueWords } from './schema-problems.ts';

const metadataKeys = Object.keys(metadataSchema.entries);
const specKeys = Object.keys(specSchema.entries);

/**
 * Reads a job that was declared as a value, in either shape. `place` is where it stands, `label` what to call it there, such as `jobs[3]`;
 * `locate` finds a path within it, where its source has places.
 */
export async function readJobInput(
  value: unknown,
  label: string,
  context: JobContext,
  place: SourcePlace,
  locate?: (problem: Problem) => Issue,
): Promise<{ readonly job?: Job; readonly issues: readonly Issue[] }> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const problem = {
      code: 'ROTA_FIELD_TYPE',
      severity: 'error',
      path: [],
      message: `${label}: expected a job, but got ${valueWords(value)}.`,
    } as const;
    return { issues: [at(problem, place)] };
  }
  const defined = definedPlace(value);
  const source = defined ?? place;
  const name = nameOf(value);
  const subject = name === '' ? label : `job "${name}"`;
  const issueOf = (problem: Problem): Issue => {
    const issue = defined === undefined && locate !== undefined ? locate(problem) : at(problem, source);
    return { ...issue, message: `In ${subject}: ${problem.message}` };
  };
  const nested = 'metadata' in value || 'spec' in value;
  const unknown: Problem[] = [];
  const manifest = await plainSchedule(nested ? { ...value } : unflatten(value as Record<string, unknown>, unknown));
  if (manifest instanceof Error) {
    const code = isRotaError(manifest) ? manifest.code : 'ROTA_FIELD_VALUE';
    const path = nested ? ['spec', 'schedule'] : ['schedule'];
    return { issues: [issueOf({ code, severity: 'error', path, message: `\`schedule\`: ${manifest.message}` })] };
  }
  const { job, problems } = readJob(manifest, context, source);
  const named = withoutEchoes([...unknown, ...(nested ? problems : problems.map(flatProblem))]);
  const issues = named.map(issueOf);
  return job === undefined || unknown.length > 0 ? { issues } : { job, issues };
}

/** `metadata` and `spec` from fields side by side; a field that belongs to neither is reported, not passed on. */
function unflatten(flat: Readonly<Record<string, unknown>>, unknown: Problem[]): Record<string, unknown> {
  const metadata: Record<string, unknown> = {};
  const spec: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(flat)) {
    if (metadataKeys.includes(key)) metadata[key] = value;
    else if (specKeys.includes(key)) spec[key] = value;
    else if (!((key === 'apiVersion' && value === 'v1') || (key === 'kind' && value === 'Job')))
      unknown.push(unknownField([key], key, [...metadataKeys, ...specKeys]));
  }
  return { apiVersion: 'v1', kind: 'Job', metadata, spec };
}

/** Problems of a flat job speak of its own fields. */
function flatProblem(problem: Problem): Problem {
  const [first, ...rest] = problem.path;
  const path: FieldPath = first === 'spec' || first === 'metadata' ? rest : problem.path;
  return { ...problem, path, message: problem.message.replaceAll(/`(?:spec|metadata)\.([A-Za-z])/g, '`$1') };
}

/** Replaces a parsed expression of cron-parser by its text; `seconds` and what our grammar lacks is refused by name. */
async function plainSchedule(manifest: Record<string, unknown>): Promise<Record<string, unknown> | Error> {
  const spec = manifest.spec;
  if (typeof spec !== 'object' || spec === null || !('schedule' in spec)) return manifest;
  const { schedule } = spec;
  if (typeof schedule !== 'object' || schedule === null || !('fields' in schedule)) return manifest;
  try {
    return { ...manifest, spec: { ...spec, schedule: fromCronParser(schedule as CronParserExpression) } };
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

function nameOf(value: object): string {
  const metadata = 'metadata' in value && typeof value.metadata === 'object' && value.metadata !== null ? value.metadata : value;
  return 'name' in metadata && typeof metadata.name === 'string' ? metadata.name : '';
}

function at({ code, severity, message, suggestion }: Problem, place: SourcePlace): Issue {
  return { code, severity, message, ...place, ...(suggestion === undefined ? {} : { suggestion }) };
}
