import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bytesOfName, nameOfBytes } from '../format/file-name.ts';
import { type BundleInput, bundleOfJob, defineBundle } from './define-bundle.ts';
import { pathPattern } from './path-pattern.ts';
import { secretSign } from './secret-signs.ts';

const input: BundleInput = { tenant: 'acme', name: 'app', roots: [{ name: 'data', path: '/var/lib/app' }] };
const problem = (change: Partial<BundleInput>): string => {
  try {
    defineBundle({ ...input, ...change });
    return 'accepted';
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
};

test('defaults are filled in: three bundles, a minute of downtime, a unit of the user', () => {
  expect(defineBundle({ ...input, stop: [{ unit: 'app.service' }] })).toMatchObject({
    roots: [{ name: 'data', path: '/var/lib/app', required: true, links: 'refuse' }],
    retention: { last: 3, daily: 0 },
    downtimeBudgetMs: 60_000,
    services: [{ name: 'app.service', stop: ['systemctl', '--user', 'stop', 'app.service'] }],
  });
});

test('what cannot be captured is refused by name, all at once', () => {
  expect(problem({ roots: [{ name: 'keys', path: '/run/agenix' }] })).toContain('/run/agenix');
  expect(problem({ roots: [{ name: 'keys', path: '/run/secrets/app' }] })).toContain('/run/secrets');
  expect(problem({ roots: [{ name: 'all', path: '/run' }] })).toContain('/run/agenix');
  expect(problem({ roots: [{ name: 'data', path: 'var/lib' }] })).toContain('not an absolute path');
  expect(problem({ roots: [{ name: 'data', path: '~/data' }] })).toMatch(
    /`state.roots\[0\].path`: "~\/data" .* Write the home folder out/,
  );
  const overlap = [
    { name: 'a', path: '/srv' },
    { name: 'b', path: '/srv/b' },
  ];
  expect(problem({ roots: overlap })).toContain('overlap');
  expect(problem({ databases: [{ kind: 'sqlite', name: 'db', path: '/elsewhere/x.db' }] })).toContain('in none of the roots');
  expect(problem({ databases: [{ kind: 'sqlite', name: 'db', path: '/var/lib/app' }] })).toContain('is the database');
  expect(problem({ identity: [{ path: '/var/lib/app/key', policy: 'reissue' }] })).toContain('reissue');
  expect(problem({ databases: [{ kind: 'command', name: 'db', dump: 'pg_dump | gzip' }], downtimeBudget: '0s' })).toMatch(
    /shell.*downtimeBudget/s,
  );
  expect(() => bundleOfJob({ tenant: 'acme', name: 'app' })).toThrow('declares no state');
});

test('patterns hold for a folder and all below it', () => {
  for (const [pattern, path, expected] of [
    ['cache', 'a/cache/b', true],
    ['/cache', 'a/cache/b', false],
    ['a/*.log', 'a/x.log', true],
    ['a/*.log', 'a/b/x.log', false],
    ['a/**/x', 'a/b/c/x/y', true],
    ['**/tmp', 'tmp', true],
    ['a/**', 'a/.b/c', true],
    ['*.db', 'a/.x.db', true],
    ['a[1]', 'a[1]/b', true],
    ['cache', 'cached', false],
  ] as const)
    expect(pathPattern(pattern)(path), `${pattern} ${path}`).toBe(expected);
});

test('keys, ids and tokens are told by their path', () => {
  for (const path of ['/etc/ssh/ssh_host_ed25519_key', '/etc/machine-id', '/x/.storage/auth', '/x/api-token', '/x/tls.key'])
    expect(secretSign(path), path).toBeDefined();
  for (const path of ['/etc/ssh/ssh_host_ed25519_key.pub', '/x/tokenizer.bin', '/x/keys.txt', '/x/app.db'])
    expect(secretSign(path), path).toBeUndefined();
});

test('every name of bytes has one text, which gives the bytes back', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 12 }),
    fc.string({ unit: 'binary' }).map((text) => Buffer.from(text)),
  );
  fc.assert(
    fc.property(bytes, (name) => {
      expect([...bytesOfName(nameOfBytes(name))]).toEqual([...name]);
    }),
  );
  fc.assert(
    fc.property(bytes, bytes, (a, b) => {
      expect(nameOfBytes(a) === nameOfBytes(b)).toBe(Buffer.compare(a, b) === 0);
    }),
  );
});
