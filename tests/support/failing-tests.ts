type Body = () => void | Promise<void>;

/** What a kit is given of a test runner. It is written down here, for the kits' own package is tested with what stands in this folder. */
interface Runner {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: Body) => void;
}

/** Runs the tests of a kit, or one of them, without a test runner. Answers the names of those that fail. */
export async function failingTests(register: (test: Runner) => void, only?: string): Promise<readonly string[]> {
  const tests: { readonly name: string; readonly body: Body }[] = [];
  register({ describe: (_, body) => body(), it: (name, body) => void tests.push({ name, body }) });
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
