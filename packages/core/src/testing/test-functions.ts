/** The two functions of a test runner (vitest, node:test, jest) that a kit needs; it brings its own assertions. */
export interface TestFunctions {
  /** Groups the tests that `body` declares, at once. */
  readonly describe: (name: string, body: () => void) => unknown;
  /** Declares one test; a body that throws or rejects fails it. */
  readonly it: (name: string, body: () => void | Promise<void>) => unknown;
}
