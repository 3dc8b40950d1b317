import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { CronExpressionParser } from 'cron-parser';
import { describe, expect, test } from 'vitest';
import { home, host, keys, manifest, problems, tree } from '../declared-tree.test-support.ts';
import { loadDeclaration } from '../load-declaration.ts';
import { validateDeclaration } from '../validate/validate-declaration.ts';

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
    const { readJobInput } = await import('../../job/read/read-job-input.ts');
    const { jobContext } = await import('../../job/normalise/job-context.ts');
    const context = jobContext(host, { tenant: 'a' });
    const read = (expression: string) =>
      readJobInput({ name: 'x', command: 'y', schedule: CronExpressionParser.parse(expression) }, 'jobs[0]', context, {
        file: 'f',
      });
    expect((await read('0 2 * * 1-5')).job?.trigger).toEqual({ kind: 'schedule', expression: '0 2 * * 1-5', timezone: 'UTC' });
    expect((await read('30 0 2 * * *')).issues).toMatchObject([{ code: 'ROTA_SCHEDULE_SYNTAX', file: 'f' }]);
  });
});
