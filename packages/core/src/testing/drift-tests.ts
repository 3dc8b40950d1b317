import assert from 'node:assert/strict';
import { compileSample } from './compile-sample.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { asInstalled, installed, inverted } from './lifecycle-tests.ts';
import { sampleJob } from './sample-job.ts';
import type { TestFunctions } from './test-functions.ts';

/** What others do to our entries is seen, and mended by the same batch. */
export function driftTests({ describe, it }: TestFunctions, options: BackendConformanceOptions): void {
  const { backend, dialect, edit, remove, breakReading } = options;
  const job = sampleJob('a');
  const install = async () => {
    const host = await options.makeHost();
    const { artifact } = compileSample(options, job);
    const steps = [
      { tenant: job.tenant, name: job.name, before: null, after: artifact, handledUntil: Math.floor(Date.now() / 1000) },
    ];
    await backend.apply(host, { namespace: 'default', changes: steps, dialect });
    return { host, steps };
  };
  if (edit === undefined && remove === undefined && breakReading === undefined) return;

  describe('what others do to its entries', () => {
    if (edit !== undefined) {
      it('is drift when an entry was edited, and a repeated batch mends it', async () => {
        const { host, steps } = await install();
        await edit.call(options, host, 'default', job);
        const [found] = await installed(options, host, steps);
        assert.ok(found !== undefined && found.drift.length > 0, 'the edit was not seen');
        for (const { detail } of found.drift) assert.ok(detail.length > 0);
        await backend.apply(host, { namespace: 'default', changes: steps, dialect });
        assert.deepEqual(await installed(options, host, steps), asInstalled(steps));
        await backend.apply(host, { namespace: 'default', changes: steps.map(inverted), dialect });
      });
    }
    if (remove !== undefined) {
      it('is seen when an entry was taken away, which a removal does not mind', async () => {
        const { host, steps } = await install();
        await remove.call(options, host, 'default', job);
        const found = await installed(options, host, steps);
        assert.ok(found.length === 0 || found[0]?.drift.some(({ kind }) => kind === 'missing'), 'the removal was not seen');
        await backend.apply(host, { namespace: 'default', changes: steps.map(inverted), dialect });
        assert.deepEqual(await installed(options, host, []), []);
      });
    }
    if (breakReading !== undefined) {
      it('is an error when they cannot be read, never an empty list', async () => {
        const { host, steps } = await install();
        await breakReading.call(options, host);
        await assert.rejects(async () => await installed(options, host, steps));
      });
    }
  });
}
