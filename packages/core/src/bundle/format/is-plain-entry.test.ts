import fc from 'fast-check';
import * as v from 'valibot';
import { expect, test } from 'vitest';
import { isPlainEntry } from './is-plain-entry.ts';
import { entrySchema } from './manifest.ts';

const good = {
  name: 'data/r/f',
  type: 'file',
  mode: 0o644,
  uid: 1000,
  gid: 1000,
  user: 'ann',
  group: '',
  mtimeNs: '1754049600123456789',
  size: 3,
  sha256: 'a'.repeat(64),
};
const key = fc.constantFrom(...Object.keys(good), 'link', 'sparse', 'xattrs', 'more', '__proto__', 'toString');
const value = fc.oneof(
  fc.constantFrom(
    'file',
    'fifo',
    'device',
    '',
    '-1',
    '12',
    '1.5',
    ' 1',
    '1\n',
    'A'.repeat(64),
    'b'.repeat(64),
    `${'b'.repeat(64)}\n`,
  ),
  fc.constantFrom(0, -0, -1, 1.5, 0o7777, 0o10000, 2 ** 53, 1e300),
  fc.jsonValue(),
);

test('what it takes, the schema takes as it is', () => {
  const changed = fc.property(
    fc.array(fc.tuple(key, value), { maxLength: 3 }),
    fc.array(key, { maxLength: 1 }),
    (changes, dropped) => {
      const pairs = [...Object.entries(good).filter(([name]) => !dropped.includes(name)), ...changes];
      const text = pairs.map(([name, json]) => `${JSON.stringify(name)}:${JSON.stringify(json)}`).join(',');
      const entry: unknown = JSON.parse(`{${text}}`);
      const parsed = v.safeParse(entrySchema, entry);
      if (isPlainEntry(entry)) expect(parsed).toMatchObject({ success: true, output: entry });
      // Only extended attributes are left to the schema.
      else expect(parsed.success && !Object.hasOwn(Object(entry), 'xattrs')).toBe(false);
    },
  );
  fc.assert(changed, { numRuns: 3000 });
});
