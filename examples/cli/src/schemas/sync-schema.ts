import * as v from 'valibot';
import { applyJob, change, formatVersion, instant, jobKey } from './parts.ts';

const revision = v.object({ id: v.string(), committedAt: instant, subject: v.string() });

const syncSource = {
  repo: v.string(),
  ref: v.string(),
  path: v.optional(v.string()),
  allowCode: v.boolean(),
  requireSigned: v.boolean(),
  allowedSigners: v.optional(v.string()),
};

const outcome = v.picklist(['applied', 'unchanged', 'held', 'failed']);

const failedAttempt = v.nullable(
  v.object({
    code: v.string(),
    message: v.string(),
    revision: v.nullable(v.string()),
    source: v.pipe(v.optional(v.object(syncSource)), v.description('Where it was to be read, when not as what is installed.')),
  }),
);

const syncDone = v.object({
  formatVersion,
  namespace: v.string(),
  repo: v.string(),
  ref: v.string(),
  outcome: v.picklist(['applied', 'unchanged', 'held']),
  revision,
  generation: v.nullable(v.number()),
  changes: v.array(change),
  notForThisHost: v.array(v.object({ ...jobKey, reason: v.string() })),
  applyJobs: v.optional(v.array(applyJob)),
  maintenanceProblem: v.optional(v.string()),
});

const syncStatus = v.object({
  formatVersion,
  repositories: v.array(
    v.object({
      namespace: v.string(),
      ...syncSource,
      revision: v.pipe(v.nullable(revision), v.description('The last good one, which is installed.')),
      syncedAt: v.nullable(instant),
      ageSeconds: v.pipe(v.nullable(v.number()), v.description('Since the last sync that went well.')),
      attemptedAt: instant,
      outcome,
      error: failedAttempt,
      failures: v.number(),
    }),
  ),
});

/** How the repository of one namespace stands. */
export const syncState = v.object({
  repo: v.string(),
  ref: v.string(),
  revision: v.nullable(revision),
  syncedAt: v.nullable(instant),
  ageSeconds: v.nullable(v.number()),
  outcome,
  error: failedAttempt,
});

/** What `rota sync` prints with --json: what a sync did, or with --status how all repositories stand. */
export const syncOutput = v.union([syncDone, syncStatus]);
