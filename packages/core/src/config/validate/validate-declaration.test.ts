import { describe, expect, test } from 'vitest';
import type { Issue } from '../../errors/issue.ts';
import { host, manifest, tree } from '../declared-tree.test-support.ts';
import { validateDeclaration } from './validate-declaration.ts';

describe('jobs that name each other', () => {
  const issuesOf = async (jobs: string): Promise<readonly Issue[]> => {
    const root = tree({ 'jobs.config.yaml': `tenant: acme\njobs:\n${jobs}` });
    return (await validateDeclaration(host, { cwd: root })).issues;
  };

  test('a name that leads nowhere is an error that names the nearest', async () => {
    const issues = await issuesOf(
      '  - {name: a, on: {after: bakup}, command: x}\n  - {name: backup, on: boot, command: x, dependsOn: [other/a]}\n',
    );
    expect(issues).toMatchObject([
      { code: 'ROTA_JOB_UNKNOWN', line: 3, suggestion: 'backup' },
      { code: 'ROTA_JOB_UNKNOWN', line: 4, suggestion: 'a' },
    ]);
  });

  test('a circle is an error with its path', async () => {
    const issues = await issuesOf(
      '  - {name: a, on: {after: b}, command: x}\n  - {name: b, on: {after: c}, command: x}\n  - {name: c, on: boot, command: x, dependsOn: [a]}\n  - {name: self, on: boot, command: x, dependsOn: [self]}\n',
    );
    expect(issues.map(({ code, message }) => [code, message])).toEqual([
      ['ROTA_JOB_CYCLE', 'These jobs wait for each other: acme/a -> acme/b -> acme/c -> acme/a. Take one step out.'],
      ['ROTA_JOB_CYCLE', 'These jobs wait for each other: acme/self -> acme/self. Take one step out.'],
    ]);
  });

  test('only jobs with `on: apply` are ordered by `after`', async () => {
    const issues = await issuesOf('  - {name: a, on: apply, after: [b], command: x}\n  - {name: b, on: boot, command: x}\n');
    expect(issues).toMatchObject([{ code: 'ROTA_FIELD_VALUE', line: 3 }]);
  });
});

test('a problem of a job in a YAML config has the place of the field, in either shape', async () => {
  const jobs =
    '  - name: a\n    on: boot\n    command: x\n    state:\n      roots: [{name: d, path: relative/d}]\n      service: y\n';
  const nested =
    '  - apiVersion: v1\n    kind: Job\n    metadata: {name: b}\n    spec:\n      on: boot\n      command: x\n      timeout: soon\n';
  const root = tree({ 'jobs.config.yaml': `tenant: acme\njobs:\n${jobs}${nested}` });
  const { issues } = await validateDeclaration(host, { cwd: root });
  expect(issues.map(({ message, line, column }) => [message.replace(/: .*/, ''), line, column])).toEqual([
    ['In job "a"', 8, 7],
    ['In job "b"', 15, 16],
  ]);
});

test('strict validation advises on labels, owner and time-out, and stays ok', async () => {
  const root = tree({ 'a.yaml': manifest('a') });
  const validation = await validateDeclaration(host, { files: ['a.yaml'], cwd: root, strict: true });
  expect(validation).toMatchObject({ ok: true, jobs: 1 });
  expect(validation.issues.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
    Array(3).fill('warning ROTA_DECLARATION_ADVICE'),
  );
});

test.each([
  [`command: /bin/echo, args: ['$HOME']`, 1],
  [`command: /bin/bash -c 'echo $HOME'`, 0],
  [`command: sh, args: [-eu, -c, 'echo $HOME']`, 0],
  [`command: bash -lc 'echo $HOME'`, 0],
  [`command: /opt/finish -c '$HOME'`, 1],
])('a `$` that nobody reads is told, and one that a shell reads is not: %s', async (command, count) => {
  const root = tree({ 'a.yaml': manifest('a', `on: boot, ${command}`) });
  const { ok, issues } = await validateDeclaration(host, { files: ['a.yaml'], cwd: root });
  expect([ok, issues.filter(({ message }) => message.includes('`$`')).length]).toEqual([true, count]);
});
