import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeReferences, hasReferences, parseReferences } from './references.ts';

test.each([
  ['plain', [{ kind: 'text', text: 'plain' }]],
  ['', []],
  ['${TOKEN}', [{ kind: 'variable', name: 'TOKEN' }]],
  [
    'Bearer ${TOKEN}!',
    [
      { kind: 'text', text: 'Bearer ' },
      { kind: 'variable', name: 'TOKEN' },
      { kind: 'text', text: '!' },
    ],
  ],
  ['${file:/run/a b}', [{ kind: 'file', path: '/run/a b' }]],
  ['${command:pass show "a } b"}', [{ kind: 'command', argv: ['pass', 'show', 'a } b'] }]],
  ['$${TOKEN} costs $5', [{ kind: 'text', text: '${TOKEN} costs $5' }]],
  ['$$', [{ kind: 'text', text: '$$' }]],
  [
    '${A}${B}',
    [
      { kind: 'variable', name: 'A' },
      { kind: 'variable', name: 'B' },
    ],
  ],
])('%s', (text, parts) => {
  expect(parseReferences(text)).toEqual({ ok: true, parts });
});

test.each([
  ['x ${A', 2],
  ['${}', 0],
  ['${A-B}', 0],
  ['${A:-b}', 0],
  ['${file:}', 0],
  ['${command:}', 0],
  ['${command:a | b}', 0],
  ['ok ${A} ${1}', 8],
])('%s is refused at its place', (text, offset) => {
  expect(parseReferences(text)).toMatchObject({ ok: false, offset });
});

test('an escaped text reads as itself and refers to nothing', () => {
  const text = fc.string({ unit: fc.constantFrom(...'${}aB:/ ') });
  fc.assert(
    fc.property(text, (literal) => {
      const escaped = escapeReferences(literal);
      expect(parseReferences(escaped)).toEqual({ ok: true, parts: literal === '' ? [] : [{ kind: 'text', text: literal }] });
      expect(hasReferences(escaped)).toBe(false);
    }),
  );
});

test('no text makes it throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'${}aB:/ \'"', 'file:', 'command:') }), (text) => {
      expect(typeof parseReferences(text).ok).toBe('boolean');
    }),
  );
});
