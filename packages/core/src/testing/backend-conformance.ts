import { compileTests } from './compile-tests.ts';
import type { BackendConformanceOptions } from './conformance-options.ts';
import { driftTests } from './drift-tests.ts';
import { faultTests } from './fault-tests.ts';
import { lifecycleTests } from './lifecycle-tests.ts';
import { manifestTests } from './manifest-tests.ts';
import { nativeTests } from './native-tests.ts';
import { scheduleTests } from './schedule-tests.ts';
import type { TestFunctions } from './test-functions.ts';

/**
 * Registers the tests that every backend passes, chosen from its declared capabilities: what it claims is tried, what it does not claim must
 * be refused by name, and its entries are created, changed, listed and removed on a real host.
 *
 * @example
 * backendConformance({ describe, it }, { backend: cron(), dialect: { name: 'debian' }, makeHost });
 */
export function backendConformance(test: TestFunctions, options: BackendConformanceOptions): void {
  const { backend, dialect } = options;
  const version = dialect.version === undefined ? '' : ` ${dialect.version}`;
  test.describe(`backend ${backend.name} on ${dialect.name}${version}`, () => {
    manifestTests(test, options);
    compileTests(test, options);
    scheduleTests(test, options);
    nativeTests(test, options);
    lifecycleTests(test, options);
    driftTests(test, options);
    faultTests(test, options);
  });
}
