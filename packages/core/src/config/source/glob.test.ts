import fc from 'fast-check';
import { expect, test } from 'vitest';
import { globMatcher, globRoot, isGlob } from './glob.ts';

test.each([
  ['*.yaml', ['a.yaml'], ['a/b.yaml', '.hidden.yaml', 'a.yml']],
  ['**/*.yaml', ['a.yaml', 'x/a.yaml', 'x/y/z/a.yaml'], ['.x/a.yaml', 'x/.y/a.yaml', 'a.yml']],
  ['production/**', ['production/a.yaml', 'production/x/y.yaml'], ['production', 'staging/a.yaml', 'production/.x/a']],
  ['**', ['a', 'a/b/c'], []],
  ['a/**/b', ['a/b', 'a/x/b', 'a/x/y/b'], ['a/xb', 'ab']],
  ['{prod,staging}/*.{yaml,yml}', ['prod/a.yaml', 'staging/b.yml'], ['prod/a.json', 'dev/a.yaml']],
  ['job-?.yaml', ['job-1.yaml'], ['job-.yaml', 'job-12.yaml', 'job-/.yaml']],
  ['a.b+(c)[d]$^/*.x', ['a.b+(c)[d]$^/z.x'], ['axb+(c)[d]$^/z.x']],
  ['{a,b{c,d}}', ['a', 'bc', 'bd'], ['b', '{a', 'ac']],
  ['<any>/*', ['<any>/x'], ['x/y']],
])('%s', (pattern, matching, others) => {
  const matches = globMatcher(pattern);
  expect(matching.filter((path) => !matches(path))).toEqual([]);
  expect(others.filter(matches)).toEqual([]);
});

test.each([
  ['jobs/**/*.yaml', 'jobs'],
  ['a/b/{c,d}/x', 'a/b'],
  ['*.yaml', ''],
  ['/srv/jobs/*.yaml', '/srv/jobs'],
])('the folder to walk for %s', (pattern, root) => {
  expect(globRoot(pattern)).toBe(root);
});

test('a path without wildcards matches itself and nothing else', () => {
  const part = fc.string({ unit: fc.constantFrom(...'ab.-+()[]^$|<>'), minLength: 1 }).filter((text) => !/^\.+$/.test(text));
  const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'));
  fc.assert(
    fc.property(path, path, (one, other) => {
      expect(isGlob(one)).toBe(false);
      expect(globMatcher(one)(one)).toBe(true);
      expect(globMatcher(one)(other)).toBe(one === other);
    }),
  );
});
