import * as v from 'valibot';
import { formatVersion, instant, jobKey } from './parts.ts';

const sidecar = v.object({
  formatVersion,
  id: v.string(),
  file: v.string(),
  size: v.number(),
  sha256: v.string(),
  ...jobKey,
  host: v.string(),
  createdAt: instant,
  outcome: v.picklist(['ok', 'partial']),
  consistency: v.picklist(['stopped', 'quiesced', 'live']),
  compression: v.picklist(['zstd', 'gzip', 'none']),
  encrypted: v.boolean(),
  entries: v.number(),
  bytes: v.number(),
  treeDigest: v.string(),
  verified: v.nullable(v.object({ level: v.number(), at: instant })),
  pinned: v.optional(v.boolean()),
  unchangedAt: v.optional(instant),
});
const problems = v.array(v.object({ name: v.string(), reason: v.string() }));
const checks = v.array(v.object({ level: v.number(), check: v.string() }));
const notes = v.array(v.string());
const forecast = v.object({
  steps: v.array(
    v.object({ step: v.string(), ms: v.number(), from: v.picklist(['measured', 'estimated', 'earlier', 'assumed']) }),
  ),
  totalMs: v.number(),
  budgetMs: v.number(),
  fits: v.boolean(),
});
const loose = v.record(v.string(), v.unknown());

/** What `rota bundle` prints with --json, by action; `drill` prints what `verify` does. */
export const bundleOutput = v.union([
  v.object({
    formatVersion,
    action: v.literal('capture'),
    ...jobKey,
    outcome: v.picklist(['ok', 'partial', 'skipped']),
    bundle: v.nullable(sidecar),
    unchanged: v.optional(v.literal(true)),
    place: v.string(),
    problems,
    notes,
    stopped: v.array(v.string()),
    downtimeMs: v.number(),
    guard: v.optional(v.picklist(['systemd-run', 'process'])),
  }),
  v.object({ formatVersion, action: v.literal('capture'), ...jobKey, dryRun: loose }),
  v.object({ formatVersion, action: v.literal('list'), place: v.string(), bundles: v.array(sidecar) }),
  v.object({
    formatVersion,
    action: v.literal('inspect'),
    path: v.string(),
    bundle: v.nullable(sidecar),
    manifest: loose,
    entries: v.array(loose),
  }),
  v.object({ formatVersion, action: v.literal('verify'), path: v.string(), level: v.number(), checks, notes }),
  v.object({
    formatVersion,
    action: v.literal('restore'),
    path: v.string(),
    createdAt: instant,
    roots: v.array(v.object({ name: v.string(), path: v.string(), previous: v.nullable(v.string()) })),
    checks,
    notes,
    stopped: v.array(v.string()),
    downtimeMs: v.number(),
    guard: v.optional(v.picklist(['systemd-run', 'process'])),
  }),
  v.object({ formatVersion, action: v.literal('restore'), path: v.string(), createdAt: instant, dryRun: loose }),
  v.object({
    formatVersion,
    action: v.literal('migrate'),
    ...jobKey,
    dryRun: v.object({ entries: v.number(), bytes: v.number(), to: v.string(), problems: v.array(v.string()), forecast }),
  }),
  v.object({
    formatVersion,
    action: v.literal('migrate'),
    ...jobKey,
    id: v.string(),
    to: v.string(),
    entries: v.number(),
    bytes: v.number(),
    rounds: v.array(v.object({ scanMs: v.number(), sendMs: v.number(), changedBytes: v.number(), sentBytes: v.number() })),
    forecast,
    downtimeMs: v.number(),
    treeDigest: v.string(),
    stopped: v.array(v.string()),
    notes,
  }),
  v.object({
    formatVersion,
    action: v.literal('diff'),
    from: v.string(),
    to: v.string(),
    differences: v.array(
      v.object({
        name: v.string(),
        change: v.picklist(['added', 'removed', 'content', 'metadata']),
        fields: v.array(v.string()),
        sizeBefore: v.nullable(v.number()),
        sizeAfter: v.nullable(v.number()),
      }),
    ),
  }),
  v.object({
    formatVersion,
    action: v.literal('prune'),
    dryRun: v.boolean(),
    decisions: v.array(v.object({ bundle: sidecar, keep: v.boolean(), reason: v.string() })),
  }),
]);
