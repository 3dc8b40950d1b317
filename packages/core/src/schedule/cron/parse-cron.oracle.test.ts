import { spawnSync } from 'node:child_process';
import { commandPart, cronPart, requirePart, rootPart, testSeed as seed } from '@rota/test-support';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isRotaError } from '../../errors/rota-error.ts';
import { cronExpressionArbitrary } from '../cron-expression.arbitrary.ts';
import { daemonDifferences } from '../daemon-differences.test-support.ts';
import { parseCron } from './parse-cron.ts';

const full = process.env.ROTA_ORACLES === '1';

/** What Debian's crontab says of a table, without installing it. */
function accepts(table: string): boolean {
  return spawnSync('crontab', ['-n', '-'], { input: table }).status === 0;
}

/** Valid text with a few characters changed, left out or put in; and plain noise from the grammar's own letters. */
function almostCron(): fc.Arbitrary<string> {
  const letters = [...'0123456789*,-/ \t#LWH?~@abcdefjlmnorstuy.+%'];
  const edit = fc.record({ at: fc.nat(40), drop: fc.nat(2), put: fc.array(fc.constantFrom(...letters), { maxLength: 2 }) });
  const edited = fc.tuple(cronExpressionArbitrary(), fc.array(edit, { minLength: 1, maxLength: 3 })).map(([text, edits]) =>
    edits.reduce((current, { at, drop, put }) => {
      const place = current.length === 0 ? 0 : at % current.length;
      return current.slice(0, place) + put.join('') + current.slice(place + drop);
    }, text),
  );
  const noise = fc.array(fc.constantFrom(...letters), { maxLength: 20 }).map((characters) => characters.join(''));
  return fc.oneof({ arbitrary: edited, weight: 5 }, { arbitrary: noise, weight: 1 });
}

const needsCrontab = requirePart(cronPart);
const needsDaemon = requirePart(cronPart, rootPart, commandPart('cc', 'gcc libc6-dev'));

needsCrontab(`crontab -n of Debian (seed ${seed})`, () => {
  const numRuns = full ? 3000 : 300;

  test('accepts whatever we accept, and we place whatever we refuse', { timeout: 300_000 }, () => {
    const accepted: string[] = [];
    const refused: string[] = [];
    for (const text of fc.sample(almostCron(), { numRuns: numRuns * 3, seed })) {
      try {
        parseCron(text);
        accepted.push(text);
      } catch (error) {
        if (!isRotaError(error)) throw error;
        expect(['ROTA_SCHEDULE_SYNTAX', 'ROTA_SCHEDULE_NEVER_FIRES']).toContain(error.code);
        expect(error.column).toBeGreaterThanOrEqual(1);
        expect(error.column).toBeLessThanOrEqual(text.length + 1);
        expect(error.message).not.toMatch(/NaN|undefined/);
        if (error.code === 'ROTA_SCHEDULE_SYNTAX') refused.push(text);
      }
    }
    expect(accepted.length).toBeGreaterThan(numRuns / 20);
    // One table with all of them; the daemon takes at most 10,000 lines.
    expect(accepts(accepted.map((text) => `${text} true\n`).join(''))).toBe(true);

    // What the daemon takes and we refuse is exactly what it then runs as something else, or never.
    const surprises = refused.slice(0, numRuns).filter((text) => accepts(`${text} true\n`) && !knownTrap(text));
    expect(surprises).toEqual([]);
  });
});

needsDaemon(`Debian's cron daemon (seed ${seed})`, () => {
  test('reads whatever we accept as we do', { timeout: 300_000 }, async () => {
    const expressions = fc.sample(almostCron(), { numRuns: full ? 20_000 : 2000, seed }).filter((text) => {
      try {
        return parseCron(text) !== undefined;
      } catch {
        return false;
      }
    });
    expect(expressions.length).toBeGreaterThan(50);
    const from = Date.parse('2026-03-01T00:00:00Z') / 1000;
    const comparison = { zone: 'Europe/London', expressions: expressions.slice(0, 9000), from, to: from + 35 * 86_400 };
    expect((await daemonDifferences(comparison)).differences).toEqual([]);
  });
});

/** Declared differences: reversed ranges never run; what follows a complete element is dropped; text after the fifth field is the command. */
function knownTrap(text: string): boolean {
  const words = text.trim().split(/[ \t]+/);
  if (words[0]?.startsWith('@')) return true;
  if (words[0]?.startsWith('#')) return true;
  if (words.length !== 5) return true;
  return words.some((word) =>
    word.split(',').some((element) => {
      // A number, name, range or step is read; the daemon skips the rest of the word.
      const read = /^(\*|([0-9]+|[a-z]{3})(-([0-9]+|[a-z]{3}))?)(\/[0-9]+)?/i.exec(element)?.[0];
      return (read !== undefined && read.length < element.length) || isReversed(element);
    }),
  );
}

function isReversed(element: string): boolean {
  const names = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
  const months = ['', 'jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
  const match = /^([0-9]+|[a-z]{3})-([0-9]+|[a-z]{3})/i.exec(element);
  if (match === null) return false;
  const value = (word = ''): number =>
    /^[0-9]/.test(word) ? Number(word) : Math.max(names.indexOf(word.toLowerCase()), months.indexOf(word.toLowerCase()));
  return value(match[1]) > value(match[2]);
}
