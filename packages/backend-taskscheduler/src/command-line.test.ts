import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { commandLine, quoteArgument } from './command-line.ts';
import { splitCommandLine } from './split-command-line.ts';
import { argument } from './testing/argument.fixture.ts';

describe('an argument', () => {
  test.each([
    ['plain', 'plain'],
    ['', '""'],
    ['two words', '"two words"'],
    ['C:\\Program Files\\', '"C:\\Program Files\\\\"'],
    ['C:\\dir\\', 'C:\\dir\\'],
    ['say "hi"', '"say \\"hi\\""'],
    ['a\\"b', '"a\\\\\\"b"'],
    ['100%', '100%'],
    ['a^b&c', 'a^b&c'],
  ])('%j is written as %s', (argument, written) => {
    expect(quoteArgument(argument)).toBe(written);
  });

  test('is read back by a reader of the documented rules', () => {
    fc.assert(
      fc.property(fc.array(argument, { maxLength: 6 }), (args) => {
        expect(splitCommandLine(commandLine(args))).toEqual(args);
      }),
      { numRuns: 2000 },
    );
  });
});
