import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type CliWorkplace, cliWorkplace } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

const environment = {
  ...process.env,
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A',
  GIT_AUTHOR_EMAIL: 'a@example.org',
  GIT_COMMITTER_NAME: 'A',
  GIT_COMMITTER_EMAIL: 'a@example.org',
};

const config = `tenant: acme
targets:
  - name: web
    description: The page
    attr: 'packages.{system}.web'
    hints: ['web/**']
    inputs: []
    deployment: { mode: command, host: web1, deploy: [/bin/true] }
    state:
      roots: [{ name: data, path: /srv/web }]
      guidance: { restore: Log in again, reauth: Renew the token }
  - { name: data, attr: { x86_64-linux: packages.x86_64-linux.data }, hints: ['data/**'], inputs: [] }
`;

interface Place extends CliWorkplace {
  commit(): string;
}

function place(text = config, name = 'jobs.config.yaml'): Place {
  const workplace = cliWorkplace();
  const git = (...args: readonly string[]): string =>
    execFileSync('git', args, { cwd: workplace.folder, env: environment, encoding: 'utf8', stdio: 'pipe' }).trim();
  git('init', '--quiet', '--initial-branch=main');
  workplace.write(name, text);
  const commit = (): string => {
    git('add', '--all');
    git('commit', '--quiet', '--allow-empty', '--message=x');
    return git('rev-parse', 'HEAD');
  };
  commit();
  return { ...workplace, commit };
}

test('list and plan print what their schema says, and the plan names the path and the hint', async () => {
  const { call, write, commit } = place();
  const listed = (await call(['targets', 'list', '--json'])).json();
  expectSchema('targets', listed);
  expect(listed).toMatchObject({
    targets: [
      { name: 'data', systems: ['x86_64-linux'] },
      { name: 'web', mode: 'command', host: 'web1' },
    ],
  });
  const since = commit();
  write('web/new\nname', 'x');
  commit();
  const args = ['targets', 'plan', '--since', since, '--system', 'x86_64-linux'];
  const plan = (await call([...args, '--json'])).json();
  expectSchema('targets', plan);
  expect(plan).toMatchObject({
    base: since,
    targets: [
      { name: 'data', rebuild: false, reasons: [] },
      {
        name: 'web',
        rebuild: true,
        deploy: true,
        reasons: [{ kind: 'added', path: 'web/new\nname', hint: 'web/**' }],
        state: { roots: [{ name: 'data', path: '/srv/web' }], guidance: { restore: 'Log in again', reauth: 'Renew the token' } },
      },
    ],
  });
  const { stdout } = await call(args);
  expect(stdout).toContain('~ web  x86_64-linux  build, deploy\n      "web/new\\nname" is new (web/**)\n');
  expect(stdout).toContain('1 to do, 1 as they are');
});

test('where and how a target runs is in its declaration, for people and for programs', async () => {
  const deployment = {
    mode: 'docker',
    host: 'hub',
    container: 'page',
    image: 'page:1',
    unit: 'page.service',
    endpoint: 'ssh://hub',
    run: ['--publish=80:80'],
  };
  const { call } = place(`targets: [${JSON.stringify({ name: 'page', attr: 'packages.{system}.page', deployment })}]\n`);
  const shown = (await call(['targets', 'show', 'page', '--json'])).json();
  expectSchema('targets', shown);
  expect(shown).toMatchObject({ target: { deployment }, plan: [{ host: 'hub' }] });
  const { stdout } = await call(['targets', 'show', 'page']);
  expect(stdout).toMatch(/^deployed by {1,}docker, host hub, container page, image page:1, unit page\.service$/m);
});

test('the matrix for GitHub is one line, with all systems', async () => {
  const { call } = place();
  const { stdout } = await call(['targets', 'plan', '--all', '--systems', 'all', '--format', 'github-matrix']);
  expect(stdout.trim().split('\n')).toHaveLength(1);
  expectSchema('targets', JSON.parse(stdout));
  expect(JSON.parse(stdout).include.map(({ target, runner }: Record<string, string>) => `${target} ${runner}`)).toEqual([
    'data ubuntu-latest',
    'web ubuntu-24.04-arm',
    'web ubuntu-latest',
  ]);
});

test('show has the record, the plan and what to know of the state; mark-deployed and deploy keep to their schema', async () => {
  const { call } = place();
  const system = ['--system', 'x86_64-linux'];
  const marked = await call(['targets', 'mark-deployed', 'web', '--artifact', '/store/web', ...system, '--json']);
  expectSchema('targets', marked.json());
  const shown = (await call(['targets', 'show', 'web', ...system, '--json'])).json();
  expectSchema('targets', shown);
  expect(shown).toMatchObject({
    target: { name: 'web', description: 'The page' },
    records: [{ built: null, deployed: [{ host: 'web1', artifact: '/store/web', by: 'hand' }] }],
    plan: [{ rebuild: true, reasons: [{ kind: 'never-built' }] }],
  });
  const { stdout } = await call(['targets', 'show', 'web', ...system]);
  expect(stdout).toMatch(/^reauth {6}Renew the token$/m);
  const deployed = await call(['targets', 'deploy', 'web', '--dry-run', ...system, '--json']);
  expectSchema('targets', deployed.json());
  expect([deployed.exitCode, deployed.json()]).toMatchObject([1, { dryRun: true, targets: [{ status: 'needs-build' }] }]);
});

test('the state of a target is captured, listed and proven like that of a job', async () => {
  const folder = place().folder;
  const { call, write } = place(config.replace('/srv/web', join(folder, 'state')));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'state/page'), 'hello');
  const captured = (await call(['bundle', 'capture', 'web', '--json'])).json();
  expect(captured).toMatchObject({ tenant: 'acme', name: 'web', outcome: 'ok' });
  expect((await call(['bundle', 'list', '--json'])).json()).toMatchObject({ bundles: [{ tenant: 'acme', name: 'web' }] });
  const proven = (await call(['bundle', 'verify', 'acme/web', '--level', '2', '--json'])).json();
  expect(proven).toMatchObject({ action: 'verify', level: 2 });
  expect((await call(['bundle', 'capture', 'data', '--json'])).json().error).toMatchObject({ code: 'ROTA_BUNDLE_UNDECLARED' });
  write('jobs.config.yaml', `${config}jobs: [{ name: web, on: boot, command: /bin/true }]\n`);
  expect((await call(['bundle', 'capture', 'web', '--json'])).json().error).toMatchObject({ code: 'ROTA_USAGE' });
});

test('a plan leaves nothing behind', async () => {
  const { call, home } = place();
  expect((await call(['targets', 'plan'])).exitCode).toBe(0);
  expect(existsSync(home) ? readdirSync(home) : []).toEqual([]);
});

test.each<[string, string, object]>([
  ['a misspelt field', "targets:\n  - name: web\n    attr: 'a.{system}'\n    hnits: [x]\n", { line: 4 }],
  [
    'a hint that leads out',
    "targets:\n  - name: web\n    attr: 'a.{system}'\n    hints:\n      - ok\n      - ../x\n",
    { line: 6 },
  ],
  ['an attribute that is an option', "targets:\n  - name: web\n    attr: '--impure'\n", { line: 3 }],
  [
    'two of one name',
    "targets:\n  - { name: web, attr: 'a.{system}' }\n  - { name: web, attr: 'b.{system}' }\n",
    { code: 'ROTA_TARGET_DUPLICATE', line: 3 },
  ],
  [
    'a circle',
    "targets:\n  - { name: a, attr: 'a.{system}', dependsOn: [b] }\n  - { name: b, attr: 'b.{system}', dependsOn: [a] }\n",
    { code: 'ROTA_TARGET_CYCLE', line: 2 },
  ],
  ['a dependency that is not there', "targets:\n  - { name: web, attr: 'a.{system}', dependsOn: [wbe] }\n", { line: 2 }],
])('%s in YAML is told with file and line', async (_, text, expected) => {
  const { call, folder } = place(text);
  const { exitCode, json } = await call(['targets', 'plan', '--json']);
  const error = json().error as { readonly issues: readonly object[] };
  expect(exitCode).toBe(1);
  expect(error.issues[0]).toMatchObject({ file: join(folder, 'jobs.config.yaml'), ...expected });
});

test('a mistake in defineTarget is told with the line of the call', async () => {
  const text = `import { defineConfig, defineTarget } from '@rota/core';
export default defineConfig({
  targets: [
    defineTarget({ name: 'web', attr: 'packages.{system}.web' }),
    defineTarget({ name: 'data', attr: 'packages.{system}.data', hints: ['/absolute'] }),
  ],
});
`;
  const { call, folder } = place(text, 'jobs.config.ts');
  const error = (await call(['targets', 'plan', '--json'])).json().error as { readonly issues: readonly object[] };
  expect(error.issues).toMatchObject([
    { file: join(folder, 'jobs.config.ts'), line: 5, message: expect.stringContaining('begins with "/"') },
  ]);
});

test('a registry without jobs is valid, and never a reason to remove jobs', async () => {
  const { call } = place();
  expect((await call(['validate', '--json'])).json()).toMatchObject({ ok: true, jobs: 0 });
  expect((await call(['plan', '--backend', 'embedded', '--json'])).json().error).toMatchObject({
    code: 'ROTA_DECLARATION_INVALID',
  });
});

test.each<[readonly string[], string]>([
  [['targets', 'plan', '--since', '--output=x'], 'ROTA_TARGET_REVISION'],
  [['targets', 'plan', '--since', 'HEAD', '--all'], 'ROTA_USAGE'],
  [['targets', 'plan', 'wbe'], 'ROTA_TARGET_UNKNOWN'],
  [['targets', 'plan', '--', '-rf'], 'ROTA_TARGET_UNKNOWN'],
  [['targets', 'build', '--only', 'wbe'], 'ROTA_TARGET_UNKNOWN'],
  [['targets', 'paln'], 'ROTA_USAGE'],
  [['targets', 'mark-deployed', 'web'], 'ROTA_TARGET_NOT_BUILT'],
])('%j is refused with %s', async (args, code) => {
  const { call } = place();
  const { exitCode, json } = await call([...args.slice(0, 2), '--json', ...args.slice(2)]);
  expect(exitCode).toBe(1);
  expect(json().error).toMatchObject({ code });
});

test('targets and deployers of a plugin are part of the registry', async () => {
  const text = `const nomad = {
  plan: async ({ target }) => [{ description: 'Submit ' + target.name }],
  deploy: async () => {},
  deployed: async () => null,
};
const plugin = {
  name: 'nomad',
  apiVersion: 1,
  setup(api) {
    api.addDeployer('nomad', nomad);
    api.addTargets([{ name: 'added', attr: 'packages.{system}.added', hints: [], deployment: { mode: 'nomad', options: { region: 'eu' } } }]);
  },
};
export default { plugins: [plugin] };
`;
  const { call } = place(text, 'jobs.config.mjs');
  expect((await call(['targets', 'list', '--json'])).json()).toMatchObject({ targets: [{ name: 'added', mode: 'nomad' }] });
  expect((await call(['targets', 'deploy', '--dry-run', '--json'])).json()).toMatchObject({
    targets: [{ mode: 'nomad', status: 'needs-build' }],
  });
  const broken = place(text.replace('packages.{system}.added', '--impure'), 'jobs.config.mjs');
  const error = (await broken.call(['targets', 'list', '--json'])).json().error as { readonly issues: readonly object[] };
  expect(error.issues).toMatchObject([
    { file: join(broken.folder, 'jobs.config.mjs'), message: expect.stringContaining('target "added"') },
  ]);
});
