import type { JsonSchema } from '@rota/core';
import { failureClasses } from '../failure.ts';
import { stepNames } from '../steps/step-names.ts';

// What the commands print with --json, as JSON Schema. Fields may be added.

const text = { type: 'string' };
const textOrNull = { type: ['string', 'null'] };
const texts = { type: 'array', items: text };
const instant = { type: 'string', format: 'date-time' };
const numberOrNull = { type: ['number', 'null'] };
const count = { type: 'integer', minimum: 0 };
const flag = { type: 'boolean' };

function object(properties: Readonly<Record<string, JsonSchema>>, optional: readonly string[] = []): JsonSchema {
  return { type: 'object', properties, required: Object.keys(properties).filter((name) => !optional.includes(name)) };
}

function list(items: JsonSchema): JsonSchema {
  return { type: 'array', items };
}

function orNull(schema: JsonSchema): JsonSchema {
  return { anyOf: [schema, { type: 'null' }] };
}

const failureClass = { enum: [...failureClasses] };

export const reportOutput = object({
  formatVersion: { const: 1 },
  runId: text,
  kind: { enum: ['update', 'recovery', 'verification', 'rollback'] },
  cause: { enum: ['scheduled', 'manual', 'emergency'] },
  status: { enum: ['updated', 'unchanged', 'deferred', 'failed', 'rolled-back', 'rollback-failed'] },
  startedAt: instant,
  endedAt: instant,
  step: { enum: [...stepNames, null] },
  failure: orNull(object({ class: failureClass, message: text, output: text })),
  from: textOrNull,
  to: textOrNull,
  lockDigest: textOrNull,
  inputs: list(object({ name: text, from: textOrNull, to: textOrNull, fromDate: numberOrNull, toDate: numberOrNull })),
  summary: texts,
  warnings: texts,
  reboot: { enum: ['not-needed', 'pending', 'scheduled', 'unknown'] },
  commands: texts,
});

const reports = list(reportOutput);
export const reportsOutput = object({ formatVersion: { const: 1 }, reports });

const plannedCommand = object({ step: text, command: text, effect: { enum: ['reads', 'changes'] }, when: text }, ['when']);

export const updateOutput = object({ formatVersion: { const: 1 }, dryRun: flag, commands: list(plannedCommand), reports }, [
  'commands',
  'reports',
]);

const statistics = object({
  runs: count,
  byStatus: { type: 'object', additionalProperties: count },
  byClass: { type: 'object', additionalProperties: count },
  medianDurationMs: numberOrNull,
  failuresInARow: count,
  heldUpInARow: count,
});

const marker = object({
  formatVersion: { const: 1 },
  expected: text,
  previous: textOrNull,
  bootId: textOrNull,
  since: instant,
  state: { enum: ['pending', 'scheduled'] },
  reasons: texts,
  failedUnits: orNull(texts),
  lockDigest: textOrNull,
  announcedFor: numberOrNull,
});

/** The last run of the job, as `rota status` has it. */
const run = object({
  runId: text,
  scheduledAt: orNull(instant),
  startedAt: instant,
  endedAt: instant,
  status: text,
  exitCode: numberOrNull,
  signal: textOrNull,
  reason: textOrNull,
  durationMs: { type: 'number' },
  attempts: count,
  trigger: text,
});

const needed = { type: ['boolean', 'null'] };

export const statusOutput = object({
  formatVersion: { const: 1 },
  host: text,
  kind: { enum: ['nixos', 'home-manager'] },
  system: object({ current: textOrNull, default: textOrNull, booted: textOrNull }),
  runningSince: orNull(instant),
  interrupted: flag,
  last: orNull(reportOutput),
  lastGood: orNull(instant),
  reboot: object({ needed, reasons: texts, marker: orNull(marker), verified: flag }),
  badRevisions: list(object({ path: text, lockDigest: textOrNull, at: instant, class: failureClass, reason: text })),
  statistics,
  log: texts,
  timer: orNull(object({ state: text, nextRun: orNull(instant), lastRun: orNull(run) })),
});

export const historyOutput = object({ formatVersion: { const: 1 }, runs: reports, statistics });

export const checkOutput = object({
  formatVersion: { const: 1 },
  ready: flag,
  preconditions: list(object({ name: text, problem: textOrNull, passing: flag })),
  problems: texts,
});

export const rebootNeededOutput = object({
  formatVersion: { const: 1 },
  needed,
  reasons: texts,
  state: { enum: ['pending', 'scheduled', null] },
});

export const rebootOutput = object({
  formatVersion: { const: 1 },
  outcome: { enum: ['scheduled', 'cancelled', 'not-due', 'failed'] },
  reason: text,
});

const sighting = { lockDigest: text, at: instant };

export const fleetOutput = object({
  formatVersion: { const: 1 },
  hosts: list(
    object({
      formatVersion: { const: 1 },
      host: text,
      ring: textOrNull,
      at: instant,
      status: text,
      class: textOrNull,
      current: textOrNull,
      lockDigest: textOrNull,
      rebootNeeded: needed,
      healthy: list(object(sighting)),
      bad: list(object({ ...sighting, reason: text })),
    }),
  ),
  silent: list(text),
});
