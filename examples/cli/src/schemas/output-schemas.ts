import * as v from 'valibot';
import { bundleOutput } from './bundle-schema.ts';
import { explainOutput } from './explain-schema.ts';
import { importOutput } from './import-schema.ts';
import {
  applyJob,
  change,
  deviation,
  dialect,
  features,
  fidelity,
  finding,
  formatVersion,
  instant,
  issue,
  jobKey,
  jobRun,
  notStarted,
  run,
} from './parts.ts';
import { reportOutput } from './report-schema.ts';
import { runAllOutput } from './run-all-schema.ts';
import { simulateOutput } from './simulate-schema.ts';
import { syncOutput, syncState } from './sync-schema.ts';
import { targetsOutput } from './targets-schema.ts';

const issueList = v.array(issue);

const errorOutput = v.object({
  formatVersion,
  error: v.object({
    code: v.string(),
    message: v.string(),
    file: v.nullable(v.string()),
    line: v.nullable(v.number()),
    column: v.nullable(v.number()),
    suggestions: v.array(v.string()),
    issues: v.optional(issueList),
  }),
});

const doctorFinding = v.object({
  severity: v.picklist(['error', 'warning', 'info']),
  code: v.string(),
  message: v.string(),
  remedy: v.optional(v.string()),
  namespace: v.optional(v.string()),
  job: v.optional(v.pipe(v.string(), v.description('tenant/name'))),
});

const applied = v.object({
  formatVersion,
  namespace: v.string(),
  generation: v.pipe(v.nullable(v.number()), v.description('What is installed now; null when nothing is.')),
  changes: v.array(change),
  originals: v.optional(
    v.pipe(
      v.array(
        v.object({
          backend: v.string(),
          id: v.string(),
          state: v.picklist(['on', 'off']),
          job: v.object(jobKey),
          doubled: v.boolean(),
          leftOff: v.optional(
            v.pipe(v.string(), v.description('Why it is still off though it was to run again, and what to do.')),
          ),
        }),
      ),
      v.description('Foreign entries that a rollback or a destroy put back in action, or took out of it again.'),
    ),
  ),
  recovered: v.nullable(v.unknown()),
  applyJobs: v.optional(v.pipe(v.array(applyJob), v.description('`on: apply` jobs that were run, or wait for one that failed.'))),
  maintenanceProblem: v.optional(v.string()),
});

/** The output of every command with --json, by the name that `rota schema` takes. `error` is what any of them prints when it fails. */
export const outputSchemas = {
  error: errorOutput,
  'run-all': runAllOutput,
  init: v.object({
    formatVersion,
    files: v.array(v.string()),
    imported: v.pipe(v.number(), v.description('How many jobs come from what runs on this machine.')),
  }),
  validate: v.object({ formatVersion, ok: v.boolean(), jobs: v.number(), issues: issueList }),
  render: v.object({
    formatVersion,
    jobs: v.array(
      v.object({
        ...jobKey,
        backend: v.string(),
        fidelity: v.nullable(fidelity),
        reason: v.optional(v.string()),
        horizon: v.nullable(v.object({ from: instant, to: instant })),
        features,
        artifacts: v.array(v.string()),
      }),
    ),
  }),
  plan: v.object({
    formatVersion,
    namespace: v.string(),
    source: v.string(),
    backend: v.string(),
    changes: v.array(change),
    notForThisHost: v.array(v.object({ ...jobKey, reason: v.string() })),
    warnings: v.array(finding),
    summary: v.object({
      create: v.number(),
      update: v.number(),
      replace: v.number(),
      delete: v.number(),
      move: v.number(),
      adopt: v.optional(v.number()),
      unchanged: v.number(),
      drifted: v.number(),
    }),
  }),
  apply: applied,
  rollback: applied,
  destroy: applied,
  status: v.object({
    formatVersion,
    jobs: v.array(
      v.object({
        ...jobKey,
        backend: v.string(),
        schedule: v.string(),
        timezone: v.nullable(v.string()),
        state: v.picklist(['waiting', 'running', 'paused', 'disabled', 'failed', 'missing', 'drifted']),
        nextRun: v.nullable(instant),
        lastRun: v.nullable(run),
        failure: notStarted,
        fidelity: v.nullable(fidelity),
      }),
    ),
    plugins: v.optional(
      v.pipe(
        v.array(
          v.object({
            plugin: v.string(),
            title: v.string(),
            state: v.picklist(['ok', 'attention', 'failed', 'unknown']),
            summary: v.string(),
            facts: v.array(v.object({ label: v.string(), value: v.string() })),
            data: v.pipe(v.record(v.string(), v.unknown()), v.description('As the plugin documents it.')),
          }),
        ),
        v.description('What plugins of the config say of themselves; absent where none does, and for one job.'),
      ),
    ),
    maintenance: v.optional(
      v.pipe(
        v.object({ ranAt: v.nullable(instant), ageSeconds: v.nullable(v.number()), ok: v.boolean() }),
        v.description("Rota's own daily job; absent where nothing needs it."),
      ),
    ),
    sync: v.optional(
      v.pipe(syncState, v.description('The repository that the namespace comes from; absent where there is none.')),
    ),
  }),
  history: v.object({ formatVersion, runs: v.array(jobRun), damaged: v.number() }),
  run: v.union([
    v.object({ formatVersion, ...jobKey, run: v.nullable(jobRun) }),
    v.object({ formatVersion, dryRun: v.record(v.string(), v.unknown()) }),
  ]),
  logs: v.object({ formatVersion, ...jobKey, log: v.string() }),
  next: v.object({
    formatVersion,
    tenant: v.optional(v.string()),
    name: v.optional(v.string()),
    schedule: v.string(),
    timezone: v.string(),
    fireTimes: v.array(instant),
    backend: v.string(),
    fidelity,
    reason: v.optional(v.string()),
    deviations: v.array(deviation),
  }),
  explain: explainOutput,
  simulate: simulateOutput,
  report: reportOutput,
  import: importOutput,
  generations: v.object({
    formatVersion,
    namespace: v.string(),
    generations: v.array(
      v.object({
        number: v.number(),
        createdAt: instant,
        cause: v.picklist(['apply', 'rollback', 'destroy']),
        restored: v.optional(v.number()),
        backend: v.string(),
        source: v.string(),
        jobs: v.array(v.object(jobKey)),
      }),
    ),
    changes: v.optional(
      v.pipe(v.array(change), v.description('With numbers: what leads from the first of the two to the second.')),
    ),
  }),
  doctor: v.object({
    formatVersion,
    ok: v.pipe(v.boolean(), v.description('Nothing that was found keeps a job from running.')),
    namespace: v.pipe(v.nullable(v.string()), v.description('The one that was asked for; null: all of them.')),
    namespaces: v.array(v.string()),
    installedJobs: v.number(),
    findings: v.array(doctorFinding),
    repaired: v.array(v.string()),
    unmanaged: v.optional(
      v.array(
        v.object({
          backend: v.string(),
          id: v.string(),
          owner: v.string(),
          text: v.string(),
          name: v.optional(v.string()),
          notAdoptable: v.optional(v.string()),
        }),
      ),
    ),
    backends: v.array(v.object({ name: v.string(), usable: v.boolean(), dialect, findings: v.array(finding) })),
  }),
  sync: syncOutput,
  maintain: v.object({
    formatVersion,
    ranAt: instant,
    ok: v.boolean(),
    namespaces: v.array(
      v.object({
        namespace: v.string(),
        bundles: v.array(
          v.object({
            work: v.string(),
            outcome: v.picklist(['completed', 'undone', 'undecided', 'failed']),
            started: v.array(v.string()),
            notes: v.array(v.string()),
          }),
        ),
        renewed: v.array(v.string()),
        sent: v.number(),
        waiting: v.number(),
        missed: v.array(v.string()),
        dropped: v.array(v.string()),
        problems: v.array(v.string()),
      }),
    ),
  }),
  bundle: bundleOutput,
  targets: targetsOutput,
  schema: v.object({ formatVersion, schemas: v.array(v.string()) }),
  completion: v.object({ formatVersion, shell: v.string(), script: v.string() }),
} as const;
