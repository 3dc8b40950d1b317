import type { TestFunctions } from '@rota/core/testing';

/** Runs the tests of a kit, or one of them, without a test runner. Answers the names of those that fail. */
export async function failingTests(register: (test: TestFunctions) => void, only?: string): Promise<readonly string[]> {
  const tests: { readonly name: string; readonly body: () => void | Promise<void> }[] = [];
  register({ describe: (_, body) => body(), it: (name, body) => tests.push({ name, body }) });
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
