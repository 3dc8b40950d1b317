import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

// On the embedded backend, which every machine has; the same commands on systemd are in the integration tests.
const embedded = ['--backend', 'embedded', '--json'];

test('a job is planned, applied, run, looked at, changed, rolled back and destroyed; every output keeps to its schema', async () => {
  const { write, call, home } = cliWorkplace();
  write('jobs/backup.yaml', manifest('backup', { command: '/bin/echo', args: ['hello'] }));
  write(
    'jobs/poll.yaml',
    manifest('poll', { schedule: '*/5 * * * *', command: '/bin/sh', args: ['-c', 'exit 3'] }, { team: 'web' }),
  );
  const json = async (name: string, args: readonly string[], exitCode = 0): Promise<Record<string, unknown>> => {
    const result = await call([name, ...args]);
    expect(result.exitCode, `rota ${name} ${args.join(' ')}: ${result.stdout}${result.stderr}`).toBe(exitCode);
    expectSchema(name, result.json());
    return result.json();
  };

  expect(await json('validate', ['jobs', '--json'])).toEqual({ formatVersion: 1, ok: true, jobs: 2, issues: [] });
  const planned = await json('plan', ['jobs', '--detailed-exitcode', ...embedded], 2);
  expect(planned).toMatchObject({
    formatVersion: 1,
    changes: [
      { action: 'create', tenant: 'acme', name: 'backup', backend: 'embedded', fidelity: 'exact' },
      { action: 'create', tenant: 'acme', name: 'poll', backend: 'embedded', fidelity: 'exact' },
    ],
    notForThisHost: [],
    summary: { create: 2, update: 0, replace: 0, delete: 0, unchanged: 0 },
  });
  expect(await json('apply', ['jobs', ...embedded])).toMatchObject({
    generation: 1,
    changes: [{ name: 'backup' }, { name: 'poll' }],
  });
  expect(await json('plan', ['jobs', '--detailed-exitcode', ...embedded])).toMatchObject({
    summary: { create: 0, unchanged: 2 },
  });

  expect(await json('run', ['backup', '--json'])).toMatchObject({
    tenant: 'acme',
    name: 'backup',
    run: { status: 'success', exitCode: 0, trigger: 'manual' },
  });
  expect(await json('run', ['acme/poll', '--json'], 1)).toMatchObject({ run: { status: 'failure', exitCode: 3 } });
  expect(await json('run', ['backup', '--dry-run', '--json'])).toMatchObject({
    dryRun: { program: '/bin/echo', args: ['hello'] },
  });
  expect(await json('logs', ['backup', '--json'])).toMatchObject({
    tenant: 'acme',
    name: 'backup',
    log: expect.stringContaining('hello'),
  });
  expect((await json('history', ['--json'])).runs).toHaveLength(2);
  expect((await json('history', ['poll', '--limit', '1', '--json'])).runs).toMatchObject([{ name: 'poll', status: 'failure' }]);
  expect(await json('status', ['--json'])).toMatchObject({
    jobs: [
      {
        name: 'backup',
        schedule: '0 2 * * *',
        timezone: 'UTC',
        state: 'waiting',
        nextRun: expect.stringMatching(/T02:00:00Z$/),
        lastRun: { status: 'success' },
      },
      { name: 'poll', state: 'failed', lastRun: { status: 'failure' } },
    ],
  });
  expect((await json('status', ['-l', 'team=web', '--json'])).jobs).toMatchObject([{ name: 'poll' }]);
  const metrics = await call(['status', '--format', 'openmetrics']);
  expect(metrics.stdout).toContain('rota_job_failures_total{tenant="acme",job="poll",backend="embedded"} 1\n');
  expect(metrics.stdout).toMatch(/# EOF\n$/);

  // A change of one job, saved as a plan and applied from it; the plan is then stale.
  write('jobs/backup.yaml', manifest('backup', { schedule: '0 3 * * *', command: '/bin/echo', args: ['hello'] }));
  const saved = join(home, 'next.plan');
  expect(await json('plan', ['jobs', '--out', saved, ...embedded])).toMatchObject({
    changes: [
      {
        action: 'update',
        name: 'backup',
        differences: [{ path: 'trigger.expression', before: '0 2 * * *', after: '0 3 * * *' }],
      },
      { action: 'none', name: 'poll' },
    ],
  });
  expect(await json('apply', ['--plan', saved, '--json'])).toMatchObject({ generation: 2 });
  const stale = await call(['apply', '--plan', saved, '--json']);
  expect({ exitCode: stale.exitCode, error: stale.json().error }).toMatchObject({
    exitCode: 1,
    error: { code: 'ROTA_PLAN_STALE' },
  });
  expectSchema('error', stale.json());
  expect((await call(['apply', '--plan', join(home, 'none.plan'), '--json'])).json().error).toMatchObject({
    code: 'ROTA_FILE_ACCESS',
    message: expect.stringContaining('none.plan cannot be opened: it does not exist.'),
  });

  // An entry that somebody edited is drift: shown, no change, and repaired only when asked.
  const folder = join(home, '.local/state/rota/namespaces/default/embedded');
  const entry = join(folder, readdirSync(folder)[0] ?? '');
  writeFileSync(entry, readFileSync(entry, 'utf8').replace('"active": true', '"active": false'));
  const drifted = await json('plan', ['jobs', '--detailed-exitcode', ...embedded]);
  expect(drifted.changes).toMatchObject([
    { action: 'none', name: 'backup', drift: { kind: 'edited', all: [{ kind: 'edited' }] } },
    { name: 'poll' },
  ]);
  expect((await json('status', ['backup', '--json'])).jobs).toMatchObject([{ state: 'drifted' }]);
  await json('plan', ['jobs', '--detailed-exitcode', '--repair', ...embedded], 2);
  await json('apply', ['jobs', '--repair', ...embedded]);

  expect(await json('rollback', ['1', '--json'])).toMatchObject({ changes: [{ action: 'update', name: 'backup' }] });
  expect((await json('status', ['backup', '--json'])).jobs).toMatchObject([{ schedule: '0 2 * * *' }]);
  expect((await json('generations', ['--json'])).generations).toMatchObject([
    { number: 1 },
    { number: 2 },
    { number: 3 },
    { number: 4, cause: 'rollback', restored: 1 },
  ]);
  expect(await json('doctor', ['--json'], 1)).toMatchObject({
    ok: false,
    installedJobs: 2,
    findings: expect.arrayContaining([expect.objectContaining({ severity: 'error', code: 'backend.embedded' })]),
  });
  expect(await json('destroy', ['--yes', '--json'])).toMatchObject({ changes: [{ action: 'delete' }, { action: 'delete' }] });
  expect(await json('status', ['--json'])).toEqual({ formatVersion: 1, jobs: [] });
  expect(readdirSync(folder)).toEqual([]);
});

test('a filtered apply changes only the jobs with the label, and never deletes', async () => {
  const { write, call } = cliWorkplace();
  write('jobs/a.yaml', manifest('a', {}, { team: 'web' }));
  write('jobs/b.yaml', manifest('b'));
  const apply = async (...args: string[]) => (await call(['apply', ...args, ...embedded])).json();
  await apply('jobs');
  write('jobs/a.yaml', manifest('a', { schedule: '0 4 * * *' }, { team: 'web' }));
  write('jobs/b.yaml', manifest('c'));
  expect(await apply('jobs', '-l', 'team=web')).toMatchObject({ changes: [{ action: 'update', name: 'a' }] });
  const { jobs } = (await call(['status', '--json'])).json();
  expect(jobs).toMatchObject([{ name: 'a', schedule: '0 4 * * *' }, { name: 'b' }]);
});

test('what is refused stands in the error, with every place', async () => {
  const { write, call } = cliWorkplace();
  const file = write('jobs/a.yaml', manifest('a', { on: 'login', schedule: undefined }));
  const result = await call(['plan', 'jobs', ...embedded]);
  expect(result.exitCode).toBe(1);
  expectSchema('error', result.json());
  expect(result.json().error).toMatchObject({ code: 'ROTA_JOB_REFUSED', file, message: expect.stringContaining('login') });
});

test('a job whose required command is not here is not planned, and what is installed stays', async () => {
  const { write, call, home } = cliWorkplace();
  const tool = join(home, 'tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  write('jobs/backup.yaml', manifest('backup', { command: '/bin/echo', requires: { commands: [tool] } }));
  expect((await call(['apply', 'jobs', ...embedded])).exitCode).toBe(0);
  rmSync(tool);
  for (const command of ['plan', 'apply']) {
    const refused = await call([command, 'jobs', ...embedded]);
    expect(refused.exitCode).toBe(1);
    expect(refused.json()).toMatchObject({
      error: {
        code: 'ROTA_REQUIREMENT_MISSING',
        message: expect.stringContaining(`Install ${tool}.`),
        file: expect.stringMatching(/jobs.backup\.yaml$/),
        line: expect.any(Number),
      },
    });
  }
  // Neither needs what the job needs: another machine may have it, and this one is told what is wrong.
  expect((await call(['validate', 'jobs', '--json'])).exitCode).toBe(0);
  expect((await call(['doctor', '--json'])).json()).toMatchObject({
    ok: false,
    findings: expect.arrayContaining([expect.objectContaining({ code: 'command.missing', job: 'acme/backup' })]),
  });
  expect((await call(['status', '--json'])).json()).toMatchObject({ jobs: [{ name: 'backup' }] });
});
