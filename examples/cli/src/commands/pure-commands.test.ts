import { describe, expect, test } from 'vitest';
import { callCli } from '../testing/call-cli.ts';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

describe('rota explain', () => {
  test('a schedule: what it means, what misleads, and the native lines', async () => {
    const { exitCode, json } = await callCli(['explain', 'schedule', '*/7 * * * *', '--backend', 'systemd', '--json']);
    expect(exitCode).toBe(0);
    expectSchema('explain', json());
    expect(json()).toMatchObject({
      kind: 'schedule',
      warnings: [{ message: expect.stringContaining('7') }],
      translation: { backend: 'systemd', fidelity: 'exact', entries: [expect.stringContaining('UTC')] },
    });
  });

  test('a schedule that the scheduler cannot have by itself names the instants at which it differs', async () => {
    const { json } = await callCli([
      'explain',
      'schedule',
      '0 2 * * *',
      '--tz',
      'Asia/Kolkata',
      '--backend',
      'cron',
      '--dialect',
      'debian',
      '--json',
    ]);
    expectSchema('explain', json());
    const { translation } = json();
    expect(translation).toMatchObject({ backend: 'cron', fidelity: expect.stringMatching(/exact|gated/) });
  });

  test('a field of the manifest, also without its prefix', async () => {
    const { json } = await callCli(['explain', 'field', 'retry.attempts', '--json']);
    expectSchema('explain', json());
    expect(json()).toMatchObject({
      kind: 'field',
      path: 'spec.retry.attempts',
      required: false,
      description: expect.stringContaining('Default 3'),
    });
    expect((await callCli(['explain', 'field', 'metadata'])).stdout).toContain('name  (string, required)');
    // Of a list of one shape or another: none is asked for in both.
    const services = (await callCli(['explain', 'field', 'state.stop'])).stdout;
    expect(services).toMatch(/^ {2}unit {2}\(string\) .*\n {2}scope .*\n {2}name {2}\(string\)$/m);
    const databases = (await callCli(['explain', 'field', 'state.databases'])).stdout;
    expect(databases).toContain('kind  ("sqlite" | "command", required)');
  });

  test('a job: where it is declared, its fields with defaults, what the backend makes of it', async () => {
    const { write, call } = cliWorkplace();
    write('jobs.config.yaml', 'manifests: jobs\n');
    const file = write('jobs/a.yaml', manifest('backup', { timezone: 'Europe/Paris' }));
    const { exitCode, json } = await call(['explain', 'job', 'backup', '--backend', 'systemd', '--json']);
    expect(exitCode).toBe(0);
    expectSchema('explain', json());
    expect(json()).toMatchObject({
      kind: 'job',
      tenant: 'acme',
      source: { file, line: 1 },
      forThisHost: true,
      job: { persistent: false, retry: { enabled: false } },
      translation: { fidelity: 'exact' },
    });
    const unknown = await call(['explain', 'job', 'bakcup', '--json']);
    expect(unknown.json().error).toMatchObject({ code: 'ROTA_JOB_UNKNOWN', suggestions: ['backup'] });
  });
});

describe('rota simulate', () => {
  test('shows a week of the declared jobs: starts, collisions, clock changes, stagger', async () => {
    const { write, call } = cliWorkplace();
    write('jobs/a.yaml', manifest('backup', { schedule: '30 2 * * *', timezone: 'America/New_York' }));
    write('jobs/b.yaml', manifest('poll', { schedule: '*/15 * * * *' }));
    write('jobs/c.yaml', manifest('start', { schedule: undefined, on: 'boot' }));
    const args = ['simulate', 'jobs', '--from', '2026-03-07', '--to', '2026-03-10', '--hosts', 'web1,web2'];
    const { exitCode, json } = await call([...args, '--json']);
    expect(exitCode).toBe(0);
    expectSchema('simulate', json());
    expect(json()).toMatchObject({
      starts: 291,
      jobs: [
        { name: 'backup', starts: 3 },
        { name: 'poll', starts: 288 },
      ],
      events: [{ name: 'start', on: 'boot' }],
      collidingMinutes: 3,
      clockChanges: [{ timezone: 'America/New_York', at: '2026-03-08T07:00:00Z', jobs: [{ name: 'backup', atTheJump: true }] }],
      stagger: [{ name: 'backup', hosts: [{ host: 'web1' }, { host: 'web2' }] }, { name: 'poll' }],
    });
    const text = (await call(args)).stdout;
    expect(text).toContain('291 starts of 2 jobs');
    expect(text).toContain('its lost time runs once, right at the jump');
  });

  test.each([
    [['--to', '2020-01-01'], 'ends before'],
    [['--to', '2099-01-01'], 'longer than a year'],
  ])('refuses the period %j', async (period, words) => {
    const { write, call } = cliWorkplace();
    write('a.yaml', manifest('a'));
    const { json } = await call(['simulate', 'a.yaml', ...period, '--json']);
    expect(json().error).toMatchObject({ code: 'ROTA_USAGE', message: expect.stringContaining(words) });
  });
});

describe('rota init', () => {
  test.each(['ts', 'yaml'])('writes a %s declaration that is valid as it stands, and does not overwrite it', async (format) => {
    const { call } = cliWorkplace();
    const first = await call(['init', '--format', format, '--json']);
    expectSchema('init', first.json());
    expect(await call(['validate', '--json'])).toMatchObject({ exitCode: 0, stdout: expect.stringContaining('"jobs": 1') });
    const again = await call(['init', '--format', format, '--json']);
    expect(again.json().error).toMatchObject({ code: 'ROTA_USAGE', suggestions: [expect.stringContaining('--force')] });
    expect((await call(['init', '--format', format, '--force'])).exitCode).toBe(0);
  });
});

describe('rota validate', () => {
  test('names file, line and column of every problem, and exits 1', async () => {
    const { write, call } = cliWorkplace();
    const file = write(
      'a.yaml',
      'apiVersion: v1\nkind: Job\nmetadata:\n  name: a\n  tenant: t\nspec:\n  shedule: "0 2 * * *"\n  command: /bin/true\n',
    );
    write('b.yaml', manifest('b', { schedule: '0 0 2 * * *' }));
    const { exitCode, json } = await call(['validate', '.', '--json']);
    expect(exitCode).toBe(1);
    expectSchema('validate', json());
    expect(json()).toMatchObject({ ok: false });
    expect(json().issues).toEqual(
      expect.arrayContaining([expect.objectContaining({ file, line: 7, suggestion: 'schedule', severity: 'error' })]),
    );
    expect(new Set((json().issues as { file: string }[]).map((issue) => issue.file)).size).toBe(2);
    expect((await call(['validate', '.'])).stdout).toMatch(/a\.yaml:7:\d+: error: .*shedule/);
  });

  test('says where it looked when nothing is declared', async () => {
    const { call } = cliWorkplace();
    const { exitCode, json } = await call(['validate', '--json']);
    expect(exitCode).toBe(1);
    expect(json()).toMatchObject({ ok: false, jobs: 0, issues: [{ code: 'ROTA_CONFIG_NOT_FOUND' }] });
  });
});

describe('rota render', () => {
  test.each([
    ['systemd', ['rota.default.acme.a.service', 'rota.default.acme.a.timer']],
    ['cron', ['crontab']],
  ])('writes what apply would install on %s, and render.json', async (backend, files) => {
    const { write, call, folder } = cliWorkplace();
    write('a.yaml', manifest('a'));
    const args = [
      'render',
      'a.yaml',
      '--backend',
      backend,
      '--system-timezone',
      'UTC',
      '--from',
      '2026-05-04',
      '--out',
      'out',
      '--json',
    ];
    const { exitCode, json } = await call(args);
    expect(exitCode).toBe(0);
    expectSchema('render', json());
    const { readdirSync, readFileSync } = await import('node:fs');
    expect(readdirSync(`${folder}/out`)).toEqual(expect.arrayContaining([...files, 'render.json']));
    expect(JSON.parse(readFileSync(`${folder}/out/render.json`, 'utf8'))).toEqual(json());
    expect(json()).toMatchObject({
      formatVersion: 1,
      jobs: [
        {
          tenant: 'acme',
          name: 'a',
          backend,
          fidelity: 'exact',
          horizon: { from: '2026-01-01T00:00:00Z', to: '2036-01-01T00:00:00Z' },
        },
      ],
    });
  });

  test('exits 1 when a job is refused, and says why', async () => {
    const { write, call } = cliWorkplace();
    write('a.yaml', manifest('a', { schedule: undefined, on: 'login' }));
    const { exitCode, json } = await call(['render', 'a.yaml', '--backend', 'cron', '--json']);
    expect(exitCode).toBe(1);
    expectSchema('render', json());
    expect(json()).toMatchObject({ jobs: [{ name: 'a', fidelity: 'refused', reason: expect.stringContaining('login') }] });
  });
});

describe('rota schema and completion', () => {
  test('the schemas are listed, and each is printed', async () => {
    const { schemas } = (await callCli(['schema', '--json'])).json();
    expectSchema('schema', (await callCli(['schema', '--json'])).json());
    expect(schemas).toEqual(expect.arrayContaining(['job', 'config', 'plan', 'status', 'error']));
    for (const name of schemas as string[]) expect((await callCli(['schema', name])).json()).toHaveProperty('$schema');
    expect((await callCli(['schema', 'targets', 'plan'])).json()).toEqual((await callCli(['schema', 'targets'])).json());
    expect((await callCli(['schema', 'paln', 'x'])).stderr).toContain('There is no schema `paln-x`');
  });

  test.each(['bash', 'zsh', 'fish', 'powershell'])('the completion of %s asks the command itself', async (shell) => {
    const { exitCode, stdout } = await callCli(['completion', shell]);
    expect(exitCode).toBe(0);
    expect(stdout).toContain('rota __complete -- ');
    expectSchema('completion', (await callCli(['completion', shell, '--json'])).json());
  });
});
