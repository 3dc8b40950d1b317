import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compileJob } from '../testing/compile-job.ts';

const serviceOf = (...job: Parameters<typeof compileJob>): string => compileJob(...job).artifact.files[0]?.content ?? '';

/** The keys of a unit as systemd reads them: lines that end in a backslash go on. */
function keysOf(workingDir: string): readonly string[] {
  const lines = serviceOf({ workingDir }).replaceAll(/\\\n/g, ' ').split('\n');
  return lines.map((line) => line.split('=')[0] ?? '');
}

test('a working folder of any name adds no setting and swallows none', () => {
  const usual = keysOf('/srv/files');
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('a\nExecStartPre=/bin/x', 'a\\', 'a\r')), (name) => {
      expect(keysOf(`/srv/${name}`)).toEqual(usual);
    }),
    { examples: [['a\nExecStartPre=/bin/x'], ['a\\']] },
  );
});

test.each([
  ['/srv/my files/100%', '-/srv/my files/100%%'],
  ['docs', '-/home/someone/docs'],
  ['/srv/a ', '/home/someone'],
  ['/srv/a\\', '/home/someone'],
])('systemd is given %j as %j, and env the folder itself', (workingDir, told) => {
  const unit = serviceOf({ workingDir });
  expect(unit).toContain(`\nWorkingDirectory=${told}\n`);
  expect(unit).toMatch(/ExecStart=.*"--chdir=/);
});

test('writable paths are absolute, as systemd insists', () => {
  const readWritePaths = ['/srv/a b', 'docs', '-cache', '+/var/100%', ''];
  const native = ['sandbox.readWritePaths'] as const;
  expect(serviceOf({ sandbox: { readWritePaths } }, { native })).toContain(
    '\nReadWritePaths="/srv/a b" "/home/someone/docs" "-/home/someone/cache" "+/var/100%%" "/home/someone"\n',
  );
});
