import * as v from 'valibot';

const text = (description: string) => v.pipe(v.string(), v.description(description));

export const formatVersion = v.pipe(v.literal(1), v.description('Version of this shape; fields may be added within a version.'));
export const instant = v.pipe(
  v.string(),
  v.regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?Z$/),
  v.description('UTC, YYYY-MM-DDTHH:MM:SSZ, with a fraction where known.'),
);
export const jobKey = { tenant: text('Tenant of the job.'), name: text('Name of the job, unique within the tenant.') };
export const fidelity = v.pipe(
  v.picklist(['exact', 'gated', 'refused']),
  v.description('How the native schedule follows the declared one.'),
);
export const features = v.pipe(
  v.record(v.string(), v.picklist(['native', 'runner', 'refused'])),
  v.description('Who does each feature that the job uses.'),
);
export const dialect = v.object({ name: v.string(), version: v.optional(v.number()) });

export const finding = v.object({
  severity: v.picklist(['error', 'warning']),
  message: v.string(),
  remedy: v.optional(text('The command or step that mends it.')),
});

export const issue = v.object({
  code: text('Stable code, see docs/errors.md.'),
  severity: v.picklist(['error', 'warning']),
  message: v.string(),
  file: v.optional(v.string()),
  line: v.optional(v.pipe(v.number(), v.integer())),
  column: v.optional(v.pipe(v.number(), v.integer())),
  suggestion: v.optional(text('The nearest valid spelling or value.')),
});

export const run = v.object({
  runId: v.string(),
  scheduledAt: v.pipe(v.nullable(instant), v.description('The fire time that the run was for; null for manual runs and events.')),
  startedAt: instant,
  endedAt: instant,
  status: v.picklist(['success', 'failure', 'timeout', 'skipped', 'cancelled', 'interrupted']),
  exitCode: v.nullable(v.number()),
  durationMs: v.number(),
  attempts: v.pipe(v.number(), v.description('Executions of the process, retries included.')),
  trigger: v.picklist(['schedule', 'catch-up', 'manual', 'event']),
  signal: v.nullable(v.string()),
  reason: v.nullable(v.string()),
});

export const jobRun = v.object({ ...jobKey, ...run.entries });

const driftEntry = {
  kind: v.picklist(['edited', 'missing', 'disabled', 'enabled', 'masked', 'drop-in', 'foreign']),
  detail: v.string(),
};

export const change = v.object({
  action: v.picklist(['create', 'update', 'replace', 'delete', 'move', 'adopt', 'none']),
  ...jobKey,
  backend: v.string(),
  fromBackend: v.optional(text('Where a moved job was.')),
  from: v.optional(text('The tenant/name that a moved job had.')),
  adopts: v.optional(
    v.pipe(
      v.object({ backend: v.string(), id: text('Where it stood.'), key: v.string(), digest: v.string(), dialect }),
      v.description('The foreign entry whose place the job takes.'),
    ),
  ),
  fidelity: v.pipe(v.nullable(fidelity), v.description('null for a job that starts at an event.')),
  features,
  reasons: v.array(v.string()),
  drift: v.optional(
    v.pipe(
      v.object({ ...driftEntry, all: v.array(v.object(driftEntry)) }),
      v.description('How the installed entry differs from what was installed: the first difference, and all of them.'),
    ),
  ),
  gate: v.optional(v.object({ startsPerFire: v.number(), startsPerDay: v.number() })),
  differences: v.pipe(
    v.array(v.object({ path: v.string(), before: v.optional(v.unknown()), after: v.optional(v.unknown()) })),
    v.description('Of the declaration, field by field.'),
  ),
});

export const deviation = v.object({
  at: instant,
  kind: v.pipe(
    v.picklist(['missing', 'extra']),
    v.description('missing: declared but not started; extra: started and filtered.'),
  ),
});

export const applyJob = v.object({
  ...jobKey,
  status: v.picklist(['success', 'failure', 'timeout', 'skipped', 'cancelled', 'interrupted', 'waiting']),
  runId: v.nullable(v.string()),
  exitCode: v.nullable(v.number()),
  reason: v.nullable(v.string()),
});

export const notStarted = v.pipe(
  v.optional(v.string()),
  v.description("Why the scheduler's last start failed before the job's own process could; of that start there is no run."),
);
