import fc from 'fast-check';
import { expect, test } from 'vitest';
import { quoteCommandLine, splitCommandLine } from './command-line.ts';

test.each([
  ['docker run --rm image', ['docker', 'run', '--rm', 'image']],
  [`say "hello world" 'and more'`, ['say', 'hello world', 'and more']],
  ['C:\\Tools\\run.exe "C:\\My Files\\x"', ['C:\\Tools\\run.exe', 'C:\\My Files\\x']],
  [`a"b c"d ''`, ['ab cd', '']],
  [`grep 'a|b' ">"`, ['grep', 'a|b', '>']],
  ['  a \t b\n c ', ['a', 'b', 'c']],
  ['echo $HOME * ~', ['echo', '$HOME', '*', '~']],
])('%s', (text, argv) => {
  expect(splitCommandLine(text)).toEqual({ ok: true, argv });
});

test.each([
  ['a | b', 2],
  ['a && b', 2],
  ['a > b', 2],
  ['a;b', 1],
  ['a <b', 2],
  ['a "b', 2],
  ['', 0],
  ["'' x", 0],
])('%s is refused at its place', (text, offset) => {
  expect(splitCommandLine(text)).toMatchObject({ ok: false, offset });
});

test('whatever is quoted splits into the same words', () => {
  const word = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...`'" \t\n\\|><&;$\`a`) }));
  fc.assert(
    fc.property(
      word.filter((first) => first !== ''),
      fc.array(word),
      (first, rest) => {
        expect(splitCommandLine(quoteCommandLine([first, ...rest]))).toEqual({ ok: true, argv: [first, ...rest] });
      },
    ),
    { numRuns: 1000 },
  );
});
