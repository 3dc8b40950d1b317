import { describe, test } from 'vitest';

/** Something of the machine that tests use for real: a program, a daemon, a privilege. */
export interface Part {
  readonly name: string;
  /** Whether this machine has it; a probe is called once. */
  readonly present: boolean | (() => boolean);
  /** The command which provides it, such as `apt-get install cron`. */
  readonly install: string;
}

/** CI promises every part. Jobs on systems that lack some by nature (Windows, macOS) say so with ROTA_PARTS=optional. */
const partsArePromised = (): boolean =>
  !['', 'false', '0'].includes(process.env.CI ?? '') && process.env.ROTA_PARTS !== 'optional';

const isPresent = ({ present }: Part): boolean => (typeof present === 'function' ? present() : present);

/**
 * A `describe` for tests that need all the given parts. Where one is missing, the tests are skipped under a name that says which
 * command installs it; where `CI` is set, a test of that name fails.
 *
 * @example
 * const describeWithCron = requirePart(cronPart, rootPart);
 * describeWithCron('a crontab line', () => { test('fires', async () => { ... }); });
 */
export const requirePart = (...parts: readonly Part[]): ((title: string, body: () => void) => void) => {
  const missing = parts.filter((part) => !isPresent(part));
  if (missing.length === 0) return (title, body) => void describe(title, body);
  const remedy = missing.map(({ name, install }) => `needs ${name}: ${install}`).join('; ');
  if (!partsArePromised()) return (title, body) => void describe.skip(`${title} [${remedy}]`, body);
  return (title) =>
    void describe(title, () => {
      test(remedy, () => {
        throw new Error(`A part that the tests need is missing: ${remedy}`);
      });
    });
};
