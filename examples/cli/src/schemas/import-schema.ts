import * as v from 'valibot';
import { finding, formatVersion } from './parts.ts';

const trigger = v.variant('kind', [
  v.object({ kind: v.literal('schedule'), expression: v.string(), timezone: v.string() }),
  v.object({ kind: v.literal('boot') }),
  v.object({ kind: v.literal('login') }),
]);

const reading = v.object({
  trigger: v.pipe(v.nullable(trigger), v.description('null when no schedule of ours means the same; a note says why.')),
  command: v.pipe(v.array(v.string()), v.description('Program and arguments; with `shell` one text for /bin/sh.')),
  shell: v.boolean(),
  env: v.record(v.string(), v.string()),
  workingDir: v.optional(v.string()),
  before: v.optional(v.array(v.array(v.string()))),
  persistent: v.optional(v.boolean()),
  randomizedDelayMs: v.optional(v.number()),
  timeoutMs: v.optional(v.number()),
  concurrency: v.optional(v.picklist(['forbid', 'allow', 'replace', 'queue'])),
  requires: v.optional(v.object({ network: v.optional(v.object({ waitMs: v.number() })), power: v.optional(v.literal('ac')) })),
  resources: v.optional(v.record(v.string(), v.unknown())),
  sandbox: v.optional(v.record(v.string(), v.unknown())),
});

/** `rota import --json`. */
export const importOutput = v.object({
  formatVersion,
  tenant: v.string(),
  entries: v.array(
    v.object({
      backend: v.pipe(v.string(), v.description('A backend, `at` or `autostart`.')),
      id: v.pipe(v.string(), v.description('Where it stands.')),
      owner: v.string(),
      text: v.pipe(v.string(), v.description('The native text, whole.')),
      name: v.nullable(v.string()),
      description: v.nullable(v.string()),
      reading: v.pipe(v.nullable(reading), v.description('What it does, in the words of a job; null when it could not be read.')),
      notes: v.pipe(v.array(v.string()), v.description('What a job would lack or do otherwise.')),
      adoptable: v.boolean(),
      notAdoptable: v.optional(v.string()),
      left: v.optional(v.pipe(v.string(), v.description('Why no job was made from it.'))),
      manifest: v.pipe(v.nullable(v.record(v.string(), v.unknown())), v.description('The job that was made from it.')),
    }),
  ),
  findings: v.pipe(v.array(finding), v.description('What could not be read.')),
  files: v.array(v.object({ name: v.string(), content: v.string() })),
});
