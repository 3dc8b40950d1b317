import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { CronExpressionParser } from 'cron-parser';
import { describe, expect, test } from 'vitest';
import type { Issue } from '../errors/issue.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { createHost, type HostOptions } from '../host/create-host.ts';
import { loadDeclaration } from './load-declaration.ts';
import type { LoadOptions } from './load-options.ts';
import { validateDeclaration } from './validate-declaration.ts';

const testdata = join(repositoryRoot, 'packages/core/src/job/testdata');
const home = temporaryFolder();
const hostNamed = (hostname: string, options: HostOptions = {}) => createHost({ hostname, env: { HOME: home }, ...options });
const host = hostNamed('backup-server-01');

function tree(files: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

const manifest = (name: string, spec = 'schedule: "0 2 * * *", command: /bin/true') =>
  `apiVersion: v1\nkind: Job\nmetadata: {name: ${name}, tenant: acme}\nspec: {${spec}}\n`;

const keys = (jobs: readonly { readonly tenant: string; readonly name: string }[]) =>
  jobs.map(({ tenant, name }) => `${tenant}/${name}`);

/** What is wrong, as `FILE:LINE CODE`, with file names below the root. */
async function problems(root: string, options: LoadOptions = {}): Promise<readonly string[]> {
  const { ok, issues } = await validateDeclaration(host, { cwd: root, ...options });
  expect(ok).toBe(false);
  return issues.map(({ file = '', line, code }) => `${file.replace(`${root}/`, '')}:${line ?? ''} ${code}`);
}

describe('files and folders', () => {
  test('a tree is read whole, and its jobs come sorted', async () => {
    const declaration = await loadDeclaration(host, { files: ['.'], cwd: testdata });
    expect(keys(declaration.jobs)).toEqual([
      'acme-corp/daily-backup',
      'acme-corp/database-backup',
      'acme-corp/files',
      'acme-corp/postgres',
      'acme-corp/prune',
      'acme-staging/smoke',
    ]);
    expect(declaration).toMatchObject({
      namespace: 'default',
      source: testdata,
      baseDir: testdata,
      hostname: 'backup-server-01',
    });
  });

  test('the order of arguments and folders does not change the jobs', async () => {
    const one = await loadDeclaration(host, { files: ['production', 'staging'], cwd: testdata });
    const other = await loadDeclaration(host, { files: ['staging', 'production'], cwd: testdata });
    expect(one.jobs).toEqual(other.jobs);
  });

  test('hidden entries, node_modules, other files and configs are skipped; links in a circle end', async () => {
    const root = tree({
      'a/job.yaml': manifest('a'),
      'a/.hidden/job.yaml': 'not yaml: [',
      'a/node_modules/x/job.yaml': 'not yaml: [',
      'a/README.md': '# no',
      'a/jobs.config.yaml': 'tenant: x',
      'a/b/job.yml': manifest('b'),
    });
    symlinkSync('..', join(root, 'a/b/up'));
    symlinkSync(root, join(root, 'a/root'));
    expect(keys((await loadDeclaration(host, { files: ['a'], cwd: root })).jobs)).toEqual(['acme/a', 'acme/b']);
  });

  test('names that repeat are refused, and both files are named', async () => {
    const root = tree({ 'one.yaml': manifest('same'), 'two.yaml': manifest('same') });
    const { issues } = await validateDeclaration(host, { files: ['.'], cwd: root });
    expect(issues).toMatchObject([{ code: 'ROTA_JOB_DUPLICATE' }]);
    expect(issues[0]?.message).toContain(join(root, 'one.yaml'));
    expect(issues[0]?.message).toContain(join(root, 'two.yaml'));
  });

  test.each([
    ['a missing file', { 'x.yaml': manifest('x') }, ['nowhere.yaml'], ['nowhere.yaml: ROTA_SOURCE_UNREADABLE']],
    ['an empty folder', { 'dir/readme.txt': '' }, ['dir'], ['dir: ROTA_DECLARATION_EMPTY']],
    ['a glob without match', { 'x.yaml': manifest('x') }, ['*.yml'], ['*.yml: ROTA_DECLARATION_EMPTY']],
    ['an empty file', { 'x.yaml': '' }, ['x.yaml'], ['x.yaml:1 ROTA_DECLARATION_EMPTY']],
    ['a config among the manifests', { 'jobs.config.ts': '' }, ['jobs.config.ts'], ['jobs.config.ts: ROTA_SOURCE_UNREADABLE']],
    ['a folder that is named like a file', { 'd/x.yaml/y.txt': '' }, ['d'], ['d/x.yaml: ROTA_SOURCE_UNREADABLE']],
    ['text that is not UTF-8', { 'x.yaml': '' }, ['x.yaml'], ['x.yaml: ROTA_SOURCE_UNREADABLE']],
  ])('%s is an error, never an empty declaration', async (name, files, sources, expected) => {
    const root = tree(files);
    if (name.includes('UTF-8')) writeFileSync(join(root, 'x.yaml'), Uint8Array.of(0xff, 0xfe, 0x41));
    expect(await problems(root, { files: sources })).toEqual(expected);
  });

  test('one bad manifest refuses all, and every file is told at once', async () => {
    const root = tree({ 'a.yaml': manifest('a'), 'b.yaml': manifest('b', 'command: x'), 'c.yaml': '\t- x' });
    expect(await problems(root, { files: ['.'] })).toEqual(['b.yaml:4 ROTA_FIELD_MISSING', 'c.yaml:1 ROTA_MANIFEST_SYNTAX']);
    const error: unknown = await loadDeclaration(host, { files: ['.'], cwd: root }).catch((reason: unknown) => reason);
    if (!isRotaError(error)) throw new Error('expected a RotaError');
    expect(error).toMatchObject({ code: 'ROTA_DECLARATION_INVALID', file: join(root, 'b.yaml'), line: 4 });
    expect(error.issues).toHaveLength(2);
  });
});

describe('configs', () => {
  test('a TypeScript config loads from anywhere on the machine, and its jobs know their lines', async () => {
    const root = tree({
      'jobs.config.ts': `import { defineConfig, defineJob } from '@rota/core';
const schedule: string = '0 2 * * *';
export default defineConfig(async ({ command, hostname }) => ({
  tenant: 'acme',
  jobs: [
    defineJob({ name: command, schedule, command: hostname }),
  ],
}));
`,
      'below/keep.txt': '',
    });
    const declaration = await loadDeclaration(host, { cwd: join(root, 'below'), command: 'apply' });
    expect(declaration.source).toBe(join(root, 'jobs.config.ts'));
    expect(declaration.jobs).toMatchObject([
      { tenant: 'acme', name: 'apply', command: ['backup-server-01'], source: { file: join(root, 'jobs.config.ts'), line: 6 } },
    ]);
  });

  test('a config is read anew each time', async () => {
    const config = (name: string) => `export default { tenant: 'a', jobs: [{ name: '${name}', on: 'boot', command: 'x' }] };`;
    const root = tree({ 'jobs.config.mjs': config('first') });
    expect(keys((await loadDeclaration(host, { cwd: root })).jobs)).toEqual(['a/first']);
    writeFileSync(join(root, 'jobs.config.mjs'), config('second'));
    expect(keys((await loadDeclaration(host, { cwd: root })).jobs)).toEqual(['a/second']);
  });

  test('YAML and TypeScript give the same job', async () => {
    const yaml = tree({ 'jobs.config.yaml': 'manifests: jobs\n', 'jobs/backup.yaml': manifest('backup') });
    const script = tree({
      'jobs.config.mjs': `export default { jobs: [{ name: 'backup', tenant: 'acme', schedule: '0 2 * * *', command: '/bin/true' }] };`,
    });
    const nested = tree({
      'jobs.config.json': `{"jobs": [{"apiVersion": "v1", "kind": "Job", "metadata": {"name": "backup", "tenant": "acme"}, "spec": {"schedule": "0 2 * * *", "command": "/bin/true"}}]}`,
    });
    const [a, b, c] = await Promise.all([yaml, script, nested].map((cwd) => loadDeclaration(host, { cwd })));
    const bare = (jobs = a?.jobs) => jobs?.map(({ source, ...job }) => job);
    expect(bare(b?.jobs)).toEqual(bare());
    expect(bare(c?.jobs)).toEqual(bare());
    expect(bare()).toHaveLength(1);
  });

  test.each([
    [
      'a config that throws',
      { 'jobs.config.ts': `const a: number = 1;\nthrow new Error('boom');\nexport default {}` },
      'jobs.config.ts:2 ROTA_CONFIG_FAILED',
    ],
    [
      'a function that throws',
      { 'jobs.config.mjs': `export default () => {\n  throw new Error('boom');\n}` },
      'jobs.config.mjs:2 ROTA_CONFIG_FAILED',
    ],
    [
      'a promise that rejects',
      { 'jobs.config.mjs': `\nexport default Promise.reject(new Error('boom'))` },
      'jobs.config.mjs:2 ROTA_CONFIG_FAILED',
    ],
    ['a TypeScript syntax error', { 'jobs.config.ts': `export default {\n  jobs: [}\n}` }, 'jobs.config.ts:2 ROTA_CONFIG_FAILED'],
    [
      'a JavaScript syntax error',
      { 'jobs.config.mjs': `export default {\n  jobs: [}\n}` },
      'jobs.config.mjs:2 ROTA_CONFIG_FAILED',
    ],
    ['no default export', { 'jobs.config.ts': `export const jobs = []` }, 'jobs.config.ts:1 ROTA_CONFIG_FAILED'],
    ['an export that is no config', { 'jobs.config.mjs': `export default 'hello'` }, 'jobs.config.mjs: ROTA_CONFIG_FAILED'],
    [
      'an import that is missing',
      { 'jobs.config.mjs': `import x from './missing.mjs'; export default x` },
      'jobs.config.mjs:1 ROTA_CONFIG_FAILED',
    ],
    ['an unknown field', { 'jobs.config.yaml': `tenant: a\nmanifest: jobs\n` }, 'jobs.config.yaml:2 ROTA_FIELD_UNKNOWN'],
    ['nothing declared', { 'jobs.config.yaml': `tenant: a\n` }, 'jobs.config.yaml: ROTA_DECLARATION_EMPTY'],
    ['an empty config', { 'jobs.config.yaml': `` }, 'jobs.config.yaml:1 ROTA_DECLARATION_EMPTY'],
    [
      'a glob without match',
      { 'jobs.config.yaml': `tenant: a\nmanifests: ["jobs/**/*.yaml"]\n` },
      'jobs.config.yaml:2 ROTA_DECLARATION_EMPTY',
    ],
    [
      'a bad job in YAML',
      { 'jobs.config.yaml': `tenant: a\njobs:\n  - {name: x, command: y, shedule: "@daily"}\n` },
      'jobs.config.yaml:3 ROTA_FIELD_UNKNOWN',
    ],
    [
      'a literal secret',
      { 'jobs.config.yaml': `tenant: a\ncheckin: {secret: hunter2}\njobs: [{name: x, command: y, on: boot}]\n` },
      'jobs.config.yaml:2 ROTA_SECRET_LITERAL',
    ],
    [
      'configs that extend each other',
      { 'jobs.config.yaml': 'extends: b.yaml', 'b.yaml': 'extends: jobs.config.yaml' },
      'b.yaml:1 ROTA_SOURCE_UNREADABLE',
    ],
    ['a layer that is missing', { 'jobs.config.yaml': 'extends: b.yaml' }, 'jobs.config.yaml:1 ROTA_SOURCE_UNREADABLE'],
  ])('%s is one error with its place', async (_, files, expected) => {
    const [first] = await problems(tree(files));
    expect(first).toBe(expected);
  });

  test('no config here or above is an error with the way out', async () => {
    const error: unknown = await loadDeclaration(host, { config: 'nowhere.ts', cwd: home }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: 'ROTA_CONFIG_NOT_FOUND' });
    expect(await validateDeclaration(host, { config: 'nowhere.ts', cwd: home })).toMatchObject({ ok: false, jobs: 0 });
  });

  test('problems of a flat job speak of its own fields', async () => {
    const root = tree({
      'jobs.config.mjs': `export default { tenant: 'a', jobs: [{ name: 'x', comand: 'y', timezone: 'Mars', on: 'boot' }] };`,
    });
    const { issues } = await validateDeclaration(host, { cwd: root });
    expect(issues.map(({ message }) => message)).toEqual(
      expect.arrayContaining([expect.stringMatching(/^In job "x": `comand` is not a field. Did you mean `command`\?/)]),
    );
    for (const { message } of issues) expect(message).not.toContain('spec.');
  });

  test('layers add up, and what the host is decides between them', async () => {
    const root = tree({
      'host.yaml': 'role: web\nhostname: web-1\nlabels: {ring: canary}\ncheckin: https://host.example/\n',
      'jobs.config.yaml':
        'extends: [base.yaml, "roles/{role}.yaml", {file: "hosts/{hostname}.yaml", optional: true}]\ntenant: acme\n',
      'base.yaml':
        'tenant: base\nbackend: cron\ncheckin: {url: "https://base.example", timeout: 2h}\njobs: [{name: base, on: boot, command: x}]\n',
      'roles/web.yaml': 'backend: systemd\nmanifests: web\n',
      'roles/web/job.yaml': manifest('web'),
    });
    const declaration = await loadDeclaration(host, { cwd: root, hostFile: 'host.yaml' });
    expect(keys(declaration.jobs)).toEqual(['acme/base', 'acme/web']);
    expect(declaration).toMatchObject({ backend: 'systemd', hostname: 'web-1', checkinUrl: 'https://host.example/api/checkins' });
    expect(declaration.jobs[0]?.checkin).toMatchObject({
      enabled: true,
      url: 'https://host.example/api/checkins',
      timeoutMs: 7_200_000,
    });
    expect(declaration.origins).toMatchObject({
      backend: join(root, 'roles/web.yaml'),
      tenant: join(root, 'jobs.config.yaml'),
      'checkin.url': join(root, 'host.yaml'),
      'checkin.timeout': join(root, 'base.yaml'),
    });
  });

  test('an expression of cron-parser is a schedule; what cron lacks is refused', async () => {
    const { readJobInput } = await import('../job/read-job-input.ts');
    const { jobContext } = await import('../job/job-context.ts');
    const context = jobContext(host, { tenant: 'a' });
    const read = (expression: string) =>
      readJobInput({ name: 'x', command: 'y', schedule: CronExpressionParser.parse(expression) }, 'jobs[0]', context, {
        file: 'f',
      });
    expect((await read('0 2 * * 1-5')).job?.trigger).toEqual({ kind: 'schedule', expression: '0 2 * * 1-5', timezone: 'UTC' });
    expect((await read('30 0 2 * * *')).issues).toMatchObject([{ code: 'ROTA_SCHEDULE_SYNTAX', file: 'f' }]);
  });
});

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

test('strict validation advises on labels, owner and time-out, and stays ok', async () => {
  const root = tree({ 'a.yaml': manifest('a') });
  const validation = await validateDeclaration(host, { files: ['a.yaml'], cwd: root, strict: true });
  expect(validation).toMatchObject({ ok: true, jobs: 1 });
  expect(validation.issues.map(({ code, severity }) => `${severity} ${code}`)).toEqual(
    Array(3).fill('warning ROTA_DECLARATION_ADVICE'),
  );
});
