import fc from 'fast-check';
import { expect, it } from 'vitest';
import { digestOf } from '../../state/digest.ts';
import { smallDigestOf } from './small-digest.ts';

it('is the digest that node:crypto gives, for every length of a last block and for any text', () => {
  for (let length = 0; length < 200; length++) expect(smallDigestOf('a'.repeat(length))).toBe(digestOf('a'.repeat(length)));
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 6000 }), (text) => {
      expect(smallDigestOf(text)).toBe(digestOf(text));
    }),
  );
  const large = '\u00e9'.repeat(20_000);
  expect(smallDigestOf(large)).toBe(digestOf(large));
});
