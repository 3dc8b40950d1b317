import { expect, test } from 'vitest';
import { openEntrySpool } from './entry-spool.ts';
import type { BundleHead } from './manifest.ts';
import { manifestMatcher } from './match-manifest.ts';

const head = { id: '0123456789abcdef' } as BundleHead;
const text = Buffer.from('{"one": 1,\n"two": 2}\n');

function match(...given: readonly Uint8Array[]): void {
  const entries = openEntrySpool();
  const matcher = manifestMatcher({
    head,
    entries,
    *text() {
      for (let at = 0; at < text.length; at += 7) yield text.subarray(at, at + 7);
    },
  });
  for (const part of given) matcher.feed(part);
  expect(matcher.finish().head).toBe(head);
}

test('the same text is taken however it is cut', () => {
  for (let at = 0; at <= text.length; at++) expect(() => match(text.subarray(0, at), text.subarray(at))).not.toThrow();
});

test('another text is refused, and one that is cut or goes on', () => {
  for (let at = 0; at < text.length; at++) {
    const other = Buffer.from(text);
    other[at] = (other[at] ?? 0) ^ 1;
    expect(() => match(other), String(at)).toThrow('not the one that was written');
    expect(() => match(text.subarray(0, at)), String(at)).toThrow('is cut');
  }
  expect(() => match(text, Buffer.from('x'))).toThrow('not the one that was written');
});
