import assert from 'node:assert/strict';
import type { Job } from '../job/job.ts';
import { compileSample, sampleInput } from './compile-sample.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

export function compileTests({ describe, it }: TestFunctions, context: BackendConformanceOptions): void {
  const { backend, dialect } = context;
  const { native } = backend.capabilities(dialect);
  const digest = (job: Job): string => compileSample(context, job).artifact.digest;

  describe('compile', () => {
    it('gives the same bytes for the same input, and does not touch the input', () => {
      const input = deepFreeze(sampleInput(context, sampleJob('a')));
      assert.deepEqual(backend.compile(input).artifact, backend.compile(input).artifact);
    });

    it('gives an artifact that survives JSON', () => {
      const { artifact } = compileSample(context, sampleJob('a'));
      assert.deepEqual(JSON.parse(JSON.stringify(artifact)), artifact);
      assert.ok(artifact.files.length > 0);
      assert.equal(artifact.active, true);
    });

    it('puts every declared difference into the digest', () => {
      const changes: readonly Partial<Job>[] = [
        {},
        { trigger: { kind: 'schedule', expression: '31 2 * * *', timezone: 'UTC' } },
        { command: ['/bin/false'] },
        { command: ['/bin/true', 'x'] },
        { env: { A: '1' } },
        ...(native.includes('paused') ? [{ paused: true }] : []),
      ];
      const digests = new Map<string, string>();
      for (const [name, change] of [...changes.map((one) => ['a', one] as const), ['b', {}] as const]) {
        const declared = `${name} ${JSON.stringify(change)}`;
        const found = digest(sampleJob(name, change));
        const same = digests.get(found);
        assert.equal(same, undefined, `the digest is the same for the jobs ${same} and ${declared}`);
        digests.set(found, declared);
      }
    });

    if (native.includes('paused')) {
      it('makes a paused job inactive', () => {
        assert.equal(compileSample(context, sampleJob('a', { paused: true })).artifact.active, false);
      });
    }

    for (const kind of ['boot', 'login'] as const) {
      const job = sampleJob('event', { trigger: { kind } });
      if (native.includes(kind)) {
        it(`makes an entry for ${kind}, which has no fire times`, () => {
          assert.equal(compileSample(context, job).native, undefined);
        });
      } else {
        it(`does not claim ${kind}, and lowering refuses it with its reason`, () => {
          const { lowering } = sampleInput(context, job);
          assert.equal(lowering.features[kind], 'refused');
          assert.match(lowering.refusals.join(), new RegExp(kind));
        });
      }
    }
  });
}

function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || ArrayBuffer.isView(value)) return value;
  // A zone keeps caches of its own.
  if (Object.values(value).some((member) => typeof member === 'function')) return value;
  for (const member of Object.values(value)) deepFreeze(member);
  return Object.freeze(value);
}
