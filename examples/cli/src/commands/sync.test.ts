import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';
import { argumentsOf, pageBlocks, pagesWithRepository } from '../testing/page.ts';

const embedded = ['--backend', 'embedded'];

function gitWorkplace() {
  const repo = temporaryFolder();
  const git = (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], {
      cwd: repo,
      encoding: 'utf8',
      stdio: 'pipe',
    }).trim();
  git('init', '--quiet', '--initial-branch=main');
  const write = (path: string, content: string): void => {
    mkdirSync(dirname(join(repo, path)), { recursive: true });
    writeFileSync(join(repo, path), content);
  };
  const commit = (): string => {
    git('add', '--all');
    git('commit', '--quiet', '-m', 'A change');
    return git('rev-parse', 'HEAD');
  };
  return { ...cliWorkplace(), repo, git, push: write, commit };
}

const running = { schedule: '0 6 * * *', command: '/bin/true' };

test('a repository is synchronised, its status is shown, and every output keeps to its schema', async () => {
  const { repo, push, commit, call } = gitWorkplace();
  push('jobs/backup.yaml', manifest('backup', running));
  const revision = commit();
  const first = await call(['sync', '--repo', repo, '--ref', 'main', ...embedded, '--json']);
  expect(first.exitCode, first.stdout).toBe(0);
  expectSchema('sync', first.json());
  expect(first.json()).toMatchObject({
    outcome: 'applied',
    revision: { id: revision },
    changes: [{ action: 'create', name: 'backup' }],
  });
  expect((await call(['sync', '--json'])).json()).toMatchObject({ outcome: 'unchanged', repo, ref: 'main' });
  expect((await call(['sync'])).stderr).toContain(`Nothing to do at ${revision.slice(0, 12)}`);

  push('jobs/backup.yaml', 'kind: Nothing\n');
  const bad = commit();
  const failed = await call(['sync', '--json']);
  expect(failed.exitCode).toBe(1);
  expectSchema('error', failed.json());
  const status = await call(['sync', '--status', '--json']);
  expect(status.exitCode).toBe(1);
  expectSchema('sync', status.json());
  expect(status.json()).toMatchObject({
    repositories: [
      {
        namespace: 'default',
        revision: { id: revision },
        ageSeconds: expect.any(Number),
        outcome: 'failed',
        error: { code: 'ROTA_DECLARATION_INVALID', revision: bad },
        failures: 1,
      },
    ],
  });
  expect((await call(['sync', '--status'])).stdout).toContain('ROTA_DECLARATION_INVALID');
  expect((await call(['doctor', '--json'])).json().findings).toContainEqual(
    expect.objectContaining({ code: 'sync.failing', severity: 'warning' }),
  );
  expect((await call(['status', '--json'])).json().jobs).toMatchObject([{ name: 'backup', schedule: '0 6 * * *' }]);
});

test('an `on: apply` job whose requirement does not hold yet fails no sync, as it fails no apply', async () => {
  const { repo, push, commit, call } = gitWorkplace();
  const needed = join(temporaryFolder(), 'needed');
  const declare = (command: string): string => {
    const one = { on: 'apply', schedule: undefined, command };
    push('jobs/setup.yaml', manifest('setup', { ...one, requires: { files: [needed] } }));
    push('jobs/then.yaml', manifest('then', { ...one, after: ['setup'] }));
    return commit();
  };
  const sync = async () => {
    const { exitCode, json } = await call(['sync', '--repo', repo, ...embedded, '--json']);
    return { exitCode, ...json() };
  };
  const ended = (setup: string, then: string) => [
    { name: 'setup', status: setup },
    { name: 'then', status: then },
  ];
  declare('/bin/true');
  const waits = { exitCode: 0, applyJobs: ended('skipped', 'waiting') };
  expect(await sync()).toMatchObject({ outcome: 'applied', ...waits });
  expect(await sync()).toMatchObject({ outcome: 'unchanged', ...waits });
  expect((await call(['apply', join(repo, 'jobs'), '--take-over', ...embedded, '--json'])).exitCode).toBe(0);
  writeFileSync(needed, '');
  expect(await sync()).toMatchObject({ exitCode: 0, applyJobs: ended('success', 'success') });
  declare('/bin/false');
  expect(await sync()).toMatchObject({ exitCode: 1, applyJobs: ended('failure', 'waiting') });
});

test('Rota synchronises by itself, through a job that outlives a moved checkout, until it is told not to', async () => {
  const { repo, push, commit, call, home, git } = gitWorkplace();
  push('jobs/backup.yaml', manifest('backup', running));
  commit();
  const installed = await call(['sync', '--repo', repo, '--install', '--schedule', '7 * * * *', ...embedded, '--json']);
  expect(installed.exitCode, installed.stdout).toBe(0);
  const jobs = async () => (await call(['status', '--namespace', 'rota-sync', '--json'])).json().jobs;
  expect(await jobs()).toMatchObject([{ tenant: 'rota', name: 'default', schedule: '7 * * * *' }]);
  const state = join(home, '.local/state/rota');
  const folder = join(state, 'namespaces/rota-sync/launch');
  const { command } = JSON.parse(readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8'));
  expect(command.slice(0, 8)).toEqual([
    join(state, 'bin/rota'),
    'sync',
    '--state-dir',
    state,
    '--namespace',
    'default',
    '--repo',
    repo,
  ]);

  // A second namespace is added beside the first; the same again changes nothing.
  git('branch', 'other');
  expect(
    (await call(['sync', '--repo', repo, '--ref', 'other', '--namespace', 'other', '--install', ...embedded])).exitCode,
  ).toBe(0);
  expect(await jobs()).toMatchObject([{ name: 'default' }, { name: 'other', schedule: '*/15 * * * *' }]);
  await call(['sync', '--repo', repo, '--install', '--schedule', '7 * * * *', ...embedded]);
  expect((await call(['generations', '--namespace', 'rota-sync', '--json'])).json().generations).toHaveLength(2);

  expect((await call(['sync', '--uninstall', '--json'])).exitCode).toBe(0);
  expect(await jobs()).toMatchObject([{ name: 'other' }]);
  expect((await call(['sync', '--uninstall', '--namespace', 'other'])).exitCode).toBe(0);
  expect(await jobs()).toEqual([]);
  expect((await call(['status', '--json'])).json().jobs).toHaveLength(1);
});

test('neither a config nor a repository declares the namespaces of Rota itself', async () => {
  const { repo, push, commit, call, write } = gitWorkplace();
  push('jobs/backup.yaml', manifest('backup', running));
  commit();
  for (const namespace of ['rota', 'rota-sync']) {
    expect((await call(['sync', '--repo', repo, '--namespace', namespace, '--json'])).json().error).toMatchObject({
      code: 'ROTA_SYNC_NAMESPACE',
    });
    write(
      'jobs.config.yaml',
      `namespace: ${namespace}\njobs: [{name: a, tenant: acme, schedule: '0 6 * * *', command: /bin/true}]\n`,
    );
    expect((await call(['plan', ...embedded, '--json'])).json().error).toMatchObject({ code: 'ROTA_DECLARATION_INVALID' });
  }
});

test('an apply that would remove too much is refused, unless a person says so', async () => {
  const { call, write, folder } = cliWorkplace();
  for (const name of ['a', 'b', 'c']) write(`jobs/${name}.yaml`, manifest(name, running));
  const apply = ['apply', 'jobs', ...embedded];
  await call(apply);
  rmSync(join(folder, 'jobs/a.yaml'));
  rmSync(join(folder, 'jobs/b.yaml'));
  const names = async () => ((await call(['status', '--json'])).json().jobs as { name: string }[]).map(({ name }) => name);
  const terminal = { outIsTerminal: true, inIsTerminal: true, errIsTerminal: true };
  const questions: string[] = [];
  const answer = (...answers: string[]) => ({
    ...terminal,
    ask: async (question: string) => {
      questions.push(question);
      return answers.shift() ?? '';
    },
  });

  for (const refused of [
    await call([...apply, '--json']),
    await call(apply),
    await call([...apply, '--yes'], terminal),
    await call(apply, answer('y', 'y')),
  ]) {
    expect(refused.exitCode).toBe(1);
    expect(refused.stdout + refused.stderr).toContain('2 of 3 installed jobs');
    expect(await names()).toEqual(['a', 'b', 'c']);
  }
  expect(questions[1]).toContain('Type `remove`');
  // What is empty or cannot be read removes nothing at all, whatever is allowed.
  mkdirSync(join(folder, 'empty'));
  for (const source of ['empty', 'gone', 'jobs/*.nothing']) {
    expect((await call(['apply', source, '--allow-removals', ...embedded, '--json'])).exitCode, source).toBe(1);
  }
  expect(await names()).toEqual(['a', 'b', 'c']);
  expect((await call(apply, answer('y', 'remove'))).exitCode).toBe(0);
  expect(await names()).toEqual(['c']);
});

test('a job that this host does not take any more is deleted with that reason', async () => {
  const { call, write, home } = cliWorkplace();
  for (const name of ['a', 'b', 'c']) write(`jobs/${name}.yaml`, manifest(name, running));
  await call(['apply', 'jobs', ...embedded]);
  write('jobs/a.yaml', manifest('a', { ...running, when: { hostname: 'elsewhere' } }));
  const plan = (await call(['plan', 'jobs', ...embedded, '--json'])).json();
  expect(plan.changes).toContainEqual(
    expect.objectContaining({ action: 'delete', name: 'a', reasons: [expect.stringMatching(/^not for this host: .*elsewhere/)] }),
  );
  expect(plan.notForThisHost).toMatchObject([{ name: 'a' }]);
  expect(home).not.toBe('');
});

test('a move is shown as one step from the old name', async () => {
  const { call, write } = cliWorkplace();
  const config = (tenant: string, name: string, moved = '') =>
    write('jobs.config.yaml', `${moved}jobs: [{name: ${name}, tenant: ${tenant}, schedule: '0 6 * * *', command: /bin/true}]\n`);
  config('acme', 'old');
  await call(['apply', ...embedded]);
  config('ops', 'new', 'moved: [{from: acme/old, to: ops/new}]\n');
  const plan = (await call(['plan', ...embedded, '--json'])).json();
  expectSchema('plan', plan);
  expect(plan.changes).toMatchObject([
    { action: 'move', tenant: 'ops', name: 'new', from: 'acme/old', reasons: ['moved from acme/old'] },
  ]);
  expect((await call(['plan', ...embedded])).stdout).toContain('moved from acme/old');
  expect((await call(['apply', ...embedded])).stdout).toContain('moved ops/new');
  config('acme', 'old', 'moved: [{from: acme/old, to: ops/new}]\n');
  expect((await call(['plan', ...embedded, '--json'])).json().error).toMatchObject({
    message: expect.stringContaining('is still declared'),
  });
});

test('maintenance and the doctor keep to their schemas', async () => {
  const { call, write, home } = cliWorkplace();
  write('jobs/a.yaml', manifest('a', { ...running, timezone: 'America/New_York' }));
  const { PATH } = process.env;
  await call(['apply', 'jobs', ...embedded], { env: { PATH, HOME: home, ROTA_MAINTENANCE: 'off' } });
  expect((await call(['status', '--namespace', 'rota', '--json'])).json().jobs).toEqual([]);
  write('jobs/a.yaml', manifest('a', { ...running, schedule: '0 7 * * *', timezone: 'America/New_York' }));
  const applied = await call(['apply', 'jobs', ...embedded, '--json']);
  expect(applied.json()).not.toHaveProperty('maintenanceProblem');
  expect((await call(['status', '--namespace', 'rota', '--json'])).json().jobs).toMatchObject([{ name: 'maintenance' }]);
  expect((await call(['status'])).stderr).toContain('Maintenance has not run yet');
  const maintained = await call(['maintain', '--json']);
  expect(maintained.exitCode, maintained.stdout).toBe(0);
  expectSchema('maintain', maintained.json());
  expect((await call(['status'])).stderr).toMatch(/Maintenance last ran \d+ s ago/);
  const doctor = await call(['doctor', '--policy', '--json']);
  expectSchema('doctor', doctor.json());
  expect(doctor.json()).toHaveProperty('unmanaged');
  expect((await call(['doctor', '--repair'])).stdout).toContain('[backend.embedded]');
});

test.each(pagesWithRepository)('the commands of %s work', async (page) => {
  const { call, write, folder } = cliWorkplace();
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd: join(folder, 'repo') });
  const blocks = pageBlocks(page);
  for (const { kind, subject, text } of blocks) if (kind === 'file') write(subject, text);
  if (blocks.some(({ kind }) => kind === 'file')) {
    git('init', '--quiet', '--initial-branch=main');
    git('add', '--all');
    git('commit', '--quiet', '-m', 'Jobs');
  }
  const lines = blocks.flatMap(({ kind, text }) => (kind === 'run' ? text.trim().split('\n') : []));
  expect(lines.length).toBeGreaterThan(1);
  for (const line of lines) {
    const { exitCode, stdout, stderr } = await call(argumentsOf(line));
    expect(exitCode, `${line}\n${stdout}${stderr}`).toBe(0);
  }
});
