import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import * as yaml from 'yaml';
import { zoneRoots } from '../host/zone-roots.ts';
import { defineJob } from './define-job.ts';
import type { FlatJob } from './job-input.ts';
import { jobContext } from './normalise/job-context.ts';
import { readJobInput } from './read/read-job-input.ts';
import { readManifests } from './read/read-manifests.ts';

const context = jobContext({ platform: 'linux', zoneRoots: zoneRoots() }, { tenant: 'acme' });
const complete = readFileSync(join(repositoryRoot, 'packages/core/src/job/testdata/complete.yaml'), 'utf8');
const long = process.env.ROTA_LONG === '1';
const numRuns = long ? 20_000 : 300;
const options = { timeout: long ? 1_800_000 : 300_000 };

test('no text makes reading throw, and every problem has a place inside the text', options, () => {
  const piece = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 5 }),
    fc.constantFrom('\t', '\n', ': ', '- ', '&a ', '*a', '<<: *a', '"', '{', '[', '---\n', '!x ', '${', 'null'),
  );
  const edit = fc.record({ at: fc.nat(complete.length), remove: fc.nat(20), insert: piece });
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 4 }), (edits) => {
      const text = edits.reduce(
        (current, { at, remove, insert }) => current.slice(0, at) + insert + current.slice(at + remove),
        complete,
      );
      const lines = text.split('\n').length;
      const { jobs, issues } = readManifests(yaml, text, 'job.yaml', context);
      if (jobs.length === 0) expect(issues.some(({ severity }) => severity === 'error')).toBe(true);
      for (const { message, line = 0, column = 0 } of issues) {
        expect(message).not.toBe('');
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines);
        expect(column).toBeGreaterThanOrEqual(1);
      }
    }),
    { numRuns },
  );
});

const text = fc.string({ unit: 'grapheme' }).filter((value) => !/\0|\p{Surrogate}/u.test(value));
const word = text.filter((value) => value.trim() !== '');
const name = fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,20}[a-z0-9])?$/);
const literal = text.map((value) => value.replaceAll('${', '$ {'));
const duration = fc.oneof(fc.nat(100_000), fc.constantFrom('30s', '5m', '2h', '1d', '1h30m'));
const job: fc.Arbitrary<FlatJob> = fc.record(
  {
    name,
    command: word,
    args: fc.array(text),
    schedule: fc.constantFrom('0 2 * * *', '@daily', '*/5 8-18 * * mon-fri'),
    tenant: name,
    labels: fc.dictionary(name, text),
    annotations: fc.dictionary(name, text),
    timezone: fc.constantFrom('UTC', 'local', 'America/New_York'),
    env: fc.dictionary(
      fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,10}$/).filter((key) => key !== '__proto__'),
      literal,
    ),
    workingDir: word,
    startingDeadline: duration,
    retry: fc.record({ enabled: fc.boolean(), attempts: fc.integer({ min: 1, max: 100 }), delay: duration }),
    hooks: fc.record({ always: fc.array(fc.array(word, { minLength: 1 })) }),
    persistent: fc.boolean(),
    paused: fc.boolean(),
    concurrency: fc.record({ policy: fc.constantFrom('forbid', 'allow', 'replace', 'queue'), locks: fc.array(name) }),
    dependsOn: fc.array(fc.record({ job: name, within: duration })),
  },
  { requiredKeys: ['name', 'command', 'args', 'schedule'] },
);

test('TypeScript and YAML give the same job', options, async () => {
  await fc.assert(
    fc.asyncProperty(job, async (declared) => {
      const { name: jobName, tenant, labels, annotations, ...spec } = declared;
      const metadata = { name: jobName, tenant, labels, annotations };
      const written = yaml.stringify({ apiVersion: 'v1', kind: 'Job', metadata, spec }, { keepUndefined: false });
      const fromYaml = readManifests(yaml, written, 'job.yaml', context);
      const fromScript = await readJobInput(defineJob(declared), 'jobs[0]', context, { file: 'jobs.config.ts' });
      expect(fromYaml.issues.filter(({ severity }) => severity === 'error')).toEqual([]);
      const { source: _yaml, ...one } = fromYaml.jobs[0] ?? {};
      const { source: _script, ...other } = fromScript.job ?? {};
      expect(one).toEqual(other);
    }),
    { numRuns },
  );
});
