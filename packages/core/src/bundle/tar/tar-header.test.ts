import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseHeader } from './parse-header.ts';
import { sharedTarHeader, tarHeader } from './tar-header.ts';

const text = (longest: number) =>
  fc.oneof(
    fc.stringMatching(/^[a-z0-9 ]+$/).filter(({ length }) => length < longest),
    fc.constantFrom(
      'x'.repeat(31),
      'x'.repeat(32),
      'x'.repeat(99),
      'x'.repeat(100),
      'x'.repeat(101),
      '\u00e9',
      'a\udc80',
      '\u{1f600}',
    ),
  );
const nanoseconds = fc.oneof(
  fc.bigInt(-(10n ** 18n), 10n ** 19n),
  fc.constantFrom(
    0n,
    -1n,
    1n,
    5n * 10n ** 9n,
    0o77777777777n * 10n ** 9n,
    0o100000000000n * 10n ** 9n - 1n,
    0o100000000000n * 10n ** 9n,
  ),
);
const member = fc
  .record({
    type: fc.constantFrom('file' as const, 'folder' as const, 'symlink' as const, 'hardlink' as const, 'fifo' as const),
    name: text(120).map((own) => `data/${own}`),
    mode: fc.nat(0o7777),
    uid: fc.oneof(fc.nat(0o7777777), fc.constant(0o10000000)),
    gid: fc.oneof(fc.nat(0o7777777), fc.constant(0o10000000)),
    user: fc.oneof(fc.constant(''), text(40)),
    group: fc.oneof(fc.constant(''), text(40)),
    size: fc.oneof(fc.nat(), fc.constantFrom(0o77777777777, 0o100000000000)),
    link: text(120),
    mtimeNs: nanoseconds,
    xattrs: fc.option(fc.constant({ 'user.a': 'AP8=' }), { nil: undefined }),
  })
  .map(({ type, size, link, xattrs, ...rest }) => ({
    ...rest,
    type,
    size: type === 'file' ? size : 0,
    link: type === 'symlink' || type === 'hardlink' ? link : '',
    ...(xattrs === undefined ? {} : { xattrs }),
  }));

test('a header says all of its member, whatever was written before it', () => {
  fc.assert(
    fc.property(fc.array(member, { minLength: 1, maxLength: 5 }), (members) => {
      for (const one of members) {
        const header = sharedTarHeader(one);
        expect(header.length % 512).toBe(0);
        expect(parseHeader(header)).toEqual(one);
        expect(tarHeader(one).equals(header)).toBe(true);
      }
    }),
    { numRuns: 500 },
  );
});
