import { safeParse } from 'valibot';
import type { SourcePlace } from '../../errors/issue.ts';
import type { Job } from '../job.ts';
import type { JobContext } from '../normalise/job-context.ts';
import { normaliseJob } from '../normalise/normalise-job.ts';
import type { FieldPath, Problem } from '../problem.ts';
import { manifestSchema } from '../schema/manifest-schema.ts';
import { schemaProblems } from './schema-problems.ts';

/** A job if there is one, and what is wrong with what was given. Warnings come with a job; errors instead of one. */
export interface ReadJob {
  readonly job?: Job;
  readonly problems: readonly Problem[];
}

/** Reads a value in the shape of a manifest. Pure; `source` becomes part of the job. */
export function readJob(value: unknown, context: JobContext, source?: SourcePlace): ReadJob {
  const parsed = safeParse(manifestSchema, value);
  if (!parsed.success) {
    const problems = schemaProblems(manifestSchema, parsed.issues);
    // What the schema refused can hide what only a later check sees; a broken schedule is worth telling in the same breath.
    return { problems: withoutEchoes([...problems, ...lateProblems(value, problems, context)]) };
  }
  const { job, problems } = normaliseJob(parsed.output, context, source);
  return problems.some((problem) => problem.severity === 'error') ? { problems } : { job, problems };
}

/** Checks what is sound of a value that the schema refused, so that every problem is told at once. */
function lateProblems(value: unknown, known: readonly Problem[], context: JobContext): readonly Problem[] {
  const repaired = known.reduce<unknown>((current, problem) => without(current, problem.path), value);
  const minimal = withDefaults(repaired);
  const parsed = safeParse(manifestSchema, minimal);
  if (!parsed.success) return [];
  const told = new Set(known.map((problem) => problem.path.join('\0')));
  return normaliseJob(parsed.output, context).problems.filter(
    (problem) => problem.severity === 'error' && !told.has(problem.path.join('\0')),
  );
}

/** A field that is missing because its name was misspelt is one problem, not two. */
export function withoutEchoes(problems: readonly Problem[]): readonly Problem[] {
  const meant = new Set(
    problems.flatMap(({ code, path, suggestion }) =>
      code === 'ROTA_FIELD_UNKNOWN' && suggestion !== undefined ? [[...path.slice(0, -1), suggestion].join('\0')] : [],
    ),
  );
  return problems.filter(({ code, path }) => code !== 'ROTA_FIELD_MISSING' || !meant.has(path.join('\0')));
}

/** A copy without what stands at the path. */
function without(value: unknown, path: FieldPath): unknown {
  const [step, ...rest] = path;
  if (step === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    // Removing an element would shift the places of the ones behind it; the whole list goes.
    return rest.length === 0 ? undefined : value.map((entry, index) => (index === step ? without(entry, rest) : entry));
  }
  const { [step]: found, ...others } = value as Record<string | number, unknown>;
  return rest.length === 0 ? others : { ...others, [step]: without(found, rest) };
}

/** Stands in for what is required and was refused, with values that raise no problem of their own. */
function withDefaults(value: unknown): unknown {
  const manifest = record(value);
  const metadata = record(manifest.metadata);
  const spec = record(manifest.spec);
  return {
    apiVersion: 'v1',
    kind: 'Job',
    metadata: { name: 'unnamed', ...metadata },
    spec: { command: 'true', ...(spec.schedule === undefined && spec.on === undefined ? { schedule: '@daily' } : {}), ...spec },
  };
}

function record(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
}
