import { type BackendConformanceOptions, backendConformance } from '@rota/core/testing';

/** Runs the kit, or one of its tests, without a test runner. Answers the names of the tests that fail. */
export async function failures(options: BackendConformanceOptions, only?: string): Promise<readonly string[]> {
  const tests: { readonly name: string; readonly body: () => void | Promise<void> }[] = [];
  backendConformance({ describe: (_, body) => body(), it: (name, body) => tests.push({ name, body }) }, options);
  const failed: string[] = [];
  for (const { name, body } of tests.filter((one) => only === undefined || one.name === only)) {
    try {
      await body();
    } catch {
      failed.push(name);
    }
  }
  return failed;
}
