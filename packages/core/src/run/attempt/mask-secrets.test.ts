import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMasker, maskText } from './mask-secrets.ts';

const inPieces = (secrets: readonly string[], pieces: readonly Buffer[]): string => {
  const masker = createMasker(secrets);
  return Buffer.concat([...pieces.map((piece) => masker.write(piece)), masker.end()]).toString('utf8');
};

describe('masking', () => {
  it('finds a secret wherever the output is cut', () => {
    const text = Buffer.from('before hunter2-long after hunter2 end');
    for (let cut = 0; cut <= text.length; cut++) {
      const pieces = [text.subarray(0, cut), text.subarray(cut)];
      expect(inPieces(['hunter2', 'hunter2-long'], pieces)).toBe('before **** after **** end');
    }
  });

  it('masks each line of a secret with several lines, and leaves what is too short to be one', () => {
    expect(maskText('-----BEGIN\nabcdef\nab', ['-----BEGIN\nabcdef', 'ab'])).toBe('****\nab');
    expect(maskText('only abcdef', ['-----BEGIN\nabcdef'])).toBe('only ****');
  });

  it.each([80, 1300, 3000])('takes a whole file of %i lines for a secret, without being slow', (count) => {
    const lines = Array.from({ length: count }, (_, index) => createHash('sha512').update(String(index)).digest('base64'));
    const text = Buffer.from(`begin ${lines.join('\n')} end ${'x'.repeat(200_000)} ${lines[7]}`);
    const pieces = Array.from({ length: Math.ceil(text.length / 8192) }, (_, at) => text.subarray(at * 8192, (at + 1) * 8192));
    const began = Date.now();
    expect(inPieces([lines.join('\n')], pieces)).toBe(`begin **** end ${'x'.repeat(200_000)} ****`);
    expect(Date.now() - began).toBeLessThan(30_000);
  });

  it('lets no secret through, whatever the secrets, the output and the pieces are, and changes nothing else', () => {
    const secret = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '*', '.', '\\'), minLength: 3, maxLength: 6 });
    const chunk = fc.string({ unit: fc.constantFrom('a', 'b', 'é', 'x', '.', '\\'), maxLength: 8 });
    fc.assert(
      fc.property(fc.array(secret, { minLength: 1, maxLength: 3 }), fc.array(chunk, { maxLength: 12 }), (secrets, chunks) => {
        const pieces = chunks.map((text) => Buffer.from(text));
        const masked = inPieces(secrets, pieces);
        expect(masked).toBe(maskText(chunks.join(''), secrets));
        for (const each of secrets)
          if (!each.includes('*')) expect(masked.split('****').some((part) => part.includes(each))).toBe(false);
      }),
      { numRuns: 500 },
    );
  });
});
