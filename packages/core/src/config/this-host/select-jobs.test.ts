import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { home, host, hostNamed, keys, tree } from '../declared-tree.test-support.ts';
import { loadDeclaration } from '../load-declaration.ts';
import { validateDeclaration } from '../validate/validate-declaration.ts';

describe('the host decides', () => {
  const declared = `tenant: acme
jobs:
  - {name: everywhere, on: boot, command: x}
  - {name: off, on: boot, command: x, enabled: false}
  - {name: elsewhere, on: boot, command: x, agent: {selector: {hostname: other}}}
  - {name: labelled, on: boot, command: x, agent: {selector: {labels: {ring: canary}}}}
  - {name: theirs, tenant: others, on: boot, command: x}
  - {name: windows, on: boot, command: x, when: {os: windows}}
  - {name: program, on: boot, command: x, when: {commandExists: no-such-program-anywhere}}
  - {name: shell, on: boot, command: x, when: {commandExists: [sh, /bin/sh], fileExists: [/etc/passwd]}}
  - {name: file, on: boot, command: x, when: {fileExists: no-such-file}}
  - {name: stage, on: boot, command: x, when: {env: {STAGE: prod}}}
`;

  test('which jobs it takes, with the reason for each of the others', async () => {
    const root = tree({ 'jobs.config.yaml': declared, 'host.yaml': 'tenants: [acme]\nlabels: {ring: canary}\n' });
    const declaration = await loadDeclaration(hostNamed('h1'), { cwd: root, hostFile: 'host.yaml' });
    expect(keys(declaration.jobs)).toEqual(['acme/everywhere', 'acme/labelled', 'acme/shell']);
    expect(Object.fromEntries(declaration.excluded.map(({ name, reason }) => [name, reason]))).toEqual({
      off: 'The job is disabled (`enabled: false`).',
      elsewhere: 'It is for other; this host is h1.',
      theirs: 'This host takes the tenants acme, not others.',
      windows: 'It is for windows; this host runs linux.',
      program: 'The program no-such-program-anywhere is not on this host.',
      file: 'no-such-file does not exist on this host.',
      stage: 'It is for environments with STAGE=prod.',
    });
    expect(declaration.all).toHaveLength(10);
  });

  test('the PATH of whoever plans changes nothing', async () => {
    const root = tree({ 'jobs.config.yaml': declared });
    const here = await loadDeclaration(hostNamed('h1'), { cwd: root });
    const bare = await loadDeclaration(hostNamed('h1', { env: { HOME: home, PATH: '/nowhere' } }), { cwd: root });
    expect(keys(bare.jobs)).toEqual(keys(here.jobs));
  });

  test.each([
    ['a host file that was named and is missing', undefined, /does not exist/],
    ['an unknown field', 'tenant: [acme]\n', /Did you mean `tenants`/],
    ['a file of comments', '# nothing\n', /empty/],
  ])('%s is an error', async (_, text, message) => {
    const root = tree({ 'jobs.config.yaml': declared, ...(text === undefined ? {} : { 'host.yaml': text }) });
    const { ok, issues } = await validateDeclaration(host, { cwd: root, hostFile: 'host.yaml' });
    expect(ok).toBe(false);
    expect(issues[0]).toMatchObject({ file: join(root, 'host.yaml'), message: expect.stringMatching(message) });
  });
});
