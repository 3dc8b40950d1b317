import fc from 'fast-check';

/** What hurts: blanks, quotes, backslashes, and characters that other programs than the C runtime would read. */
const piece = fc.constantFrom(
  '"',
  '\\',
  '\\\\',
  ' ',
  '\t',
  '\n',
  '%',
  '^',
  '&',
  '|',
  '<',
  '>',
  '!',
  "'",
  '`',
  '$',
  '(',
  ')',
  ';',
  ',',
  '=',
  'a',
  'B',
  '1',
  'é',
  '日',
  '😀',
);
/** For tests: arguments that are hard to quote, and any others. */
export const argument: fc.Arbitrary<string> = fc.oneof(
  { arbitrary: fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join('')), weight: 4 },
  {
    arbitrary: fc.string({ unit: 'binary', maxLength: 20 }).filter((text) => !text.includes('\0') && text.isWellFormed()),
    weight: 1,
  },
);
