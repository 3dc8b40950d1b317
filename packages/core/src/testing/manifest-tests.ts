import assert from 'node:assert/strict';
import { type Feature, features } from '../backend/feature.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import type { TestFunctions } from './test-functions.ts';

/** Nobody but the scheduler can do these, so a backend without one owes the reason. */
const schedulersOnly = ['schedule', 'boot', 'login', 'paused'] as const satisfies readonly Feature[];

export function manifestTests({ describe, it }: TestFunctions, { backend, dialect, makeHost }: BackendConformanceOptions): void {
  const known = new Set<string>(features);
  describe('its manifest', () => {
    it('has a name, the API version and its dialects', () => {
      assert.match(backend.name, /^[a-z][a-z0-9-]*$/, `its name "${backend.name}" is not lower-case letters, digits and dashes`);
      assert.equal(
        backend.apiVersion,
        1,
        `it is written for version ${backend.apiVersion} of the backend contract; this kit is of version 1`,
      );
      assert.ok(
        backend.dialects.some(({ name }) => name === dialect.name),
        `it does not name its dialect ${dialect.name}`,
      );
    });

    it('claims features that exist, each once, and none that it refuses', () => {
      const { native, refused } = backend.capabilities(dialect);
      for (const feature of [...native, ...Object.keys(refused)]) assert.ok(known.has(feature), `there is no feature ${feature}`);
      assert.equal(new Set(native).size, native.length);
      for (const feature of native) assert.equal(refused[feature], undefined, `${feature} is both native and refused`);
    });

    it('says the same each time', () => {
      assert.deepEqual(backend.capabilities(dialect), backend.capabilities(dialect));
    });

    it('gives a reason for what it refuses, and for what only a scheduler could do and it cannot', () => {
      const { native, refused } = backend.capabilities(dialect);
      for (const [feature, reason] of Object.entries(refused)) assert.ok((reason ?? '').length > 20, `${feature}: no reason`);
      for (const feature of schedulersOnly) {
        assert.ok(
          native.includes(feature) || refused[feature] !== undefined,
          `${feature} is neither in \`native\` nor in \`refused\` with a reason that tells the user what would work`,
        );
      }
    });

    it('detects itself on the host of the tests', async () => {
      const { usable, dialect: found, findings } = await backend.detect(await makeHost());
      const reason = findings.find(({ severity }) => severity === 'error')?.message ?? 'it gives no reason';
      assert.ok(usable, `it says that it cannot be used on the host of the tests, so that nobody could choose it: ${reason}`);
      assert.ok(backend.dialects.some(({ name }) => name === found.name));
      for (const finding of findings) assert.ok(finding.message.length > 0);
    });
  });
}
