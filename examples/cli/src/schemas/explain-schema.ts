import * as v from 'valibot';
import { deviation, dialect, fidelity, formatVersion, instant, jobKey } from './parts.ts';

const translation = v.object({
  backend: v.string(),
  dialect,
  fidelity,
  reason: v.optional(v.string()),
  entries: v.pipe(v.array(v.string()), v.description('The native lines or triggers.')),
  horizon: v.object({ fromYear: v.number(), toYear: v.number() }),
  deviations: v.array(deviation),
});

/** What `rota explain` prints with --json, by what was asked about. */
export const explainOutput = v.variant('kind', [
  v.object({
    formatVersion,
    kind: v.literal('schedule'),
    schedule: v.string(),
    timezone: v.string(),
    description: v.string(),
    rules: v.array(v.string()),
    warnings: v.array(v.object({ message: v.string(), suggestion: v.optional(v.string()) })),
    fireTimes: v.array(instant),
    translation,
  }),
  v.object({
    formatVersion,
    kind: v.literal('job'),
    ...jobKey,
    source: v.nullable(v.object({ file: v.string(), line: v.optional(v.number()), column: v.optional(v.number()) })),
    forThisHost: v.boolean(),
    reason: v.optional(v.string()),
    origins: v.record(v.string(), v.string()),
    job: v.record(v.string(), v.unknown()),
    translation: v.nullable(translation),
  }),
  v.object({
    formatVersion,
    kind: v.literal('field'),
    path: v.string(),
    type: v.string(),
    required: v.boolean(),
    description: v.optional(v.string()),
    fields: v.array(v.object({ path: v.string(), type: v.string(), required: v.boolean(), description: v.optional(v.string()) })),
  }),
]);
