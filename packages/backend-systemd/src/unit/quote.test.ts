import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapePath, fitsEnvironment, plainText, quoteArgument, quoteWord } from './quote.ts';

test.each([
  ['', '""'],
  ['a b', '"a b"'],
  ['100%', '"100%%"'],
  ['say "hi"', '"say \\"hi\\""'],
  ['C:\\temp', '"C:\\\\temp"'],
  ['a\nb\tc\rd', '"a\\nb\\tc\\x0dd"'],
  ['\u007f', '"\\x7f"'],
  ['\uFFFE', '"\\xef\\xbf\\xbe"'],
  ['🦊', '"🦊"'],
])('%j becomes %s', (text, quoted) => expect(quoteWord(text)).toBe(quoted));

test('a dollar is doubled in a command line only', () => {
  expect(quoteArgument('$HOME')).toBe('"$$HOME"');
  expect(quoteWord('$HOME')).toBe('"$HOME"');
});

test('a path is left alone but for specifiers', () => expect(escapePath('/srv/my files/100%')).toBe('/srv/my files/100%%'));

test('text for people stays on its line and does not join the next', () => {
  expect(plainText(' two\nlines, 5% \\ \\')).toBe('two lines, 5%%');
});

test('what Environment= would drop is told from what it takes', () => {
  expect([fitsEnvironment('a\nb\tc é 🦊'), fitsEnvironment('\r'), fitsEnvironment('\u{1FFFF}')]).toEqual([true, false, false]);
});

/** Reads a quoted word by the rules of systemd.syntax(7), as an independent check; the real parser has its own test. */
function unquote(quoted: string): string {
  const bytes: number[] = [];
  const inner = Buffer.from(quoted.slice(1, -1)).toString('latin1');
  for (let at = 0; at < inner.length; at++) {
    if (inner.startsWith('\\x', at)) {
      bytes.push(Number.parseInt(inner.slice(at + 2, at + 4), 16));
      at += 3;
    } else if (inner[at] === '\\') bytes.push({ n: 10, t: 9, '\\': 92, '"': 34 }[inner[++at] ?? ''] ?? 63);
    else if (inner.startsWith('%%', at) || inner.startsWith('$$', at)) bytes.push(inner.charCodeAt(at++));
    else bytes.push(inner.charCodeAt(at));
  }
  return Buffer.from(bytes).toString('utf8');
}

test('any text comes back', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(unquote(quoteArgument(text))).toBe(text);
      expect(quoteArgument(text)).not.toMatch(/[\u0000-\u001F]/);
    }),
  );
});
