import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { splitCommandLine } from '@rota/core';
import { repositoryRoot } from '@rota/test-support';
import { expect, test } from 'vitest';
import { buildProgram } from '../program/build-program.ts';
import type { CommandSpec } from '../program/command.ts';
import { commandSpecs } from '../program/command-specs.ts';
import { type CliWorkplace, cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { expectSchema } from '../testing/expect-schema.ts';

/** Actions whose answers are held against the schema where their parts are: two machines, real nix, a process that goes on. */
const elsewhere: Readonly<Record<string, string>> = {
  'bundle migrate': 'examples/cli/src/bundle/migrate.test.ts',
  'targets build': 'tests/nix-apps.integration.test.ts',
  'run-all': 'examples/cli/src/commands/run-all.integration.test.ts',
};

/**
 * What each command prints with --json, in the order in which one person calls them. The number is the exit code where it is not 0.
 */
const calls: readonly (readonly [string, readonly string[], number?])[] = [
  ['init', ['--format', 'yaml', '--yes']],
  ['validate', []],
  ['validate', ['bad.yaml'], 1],
  ['render', ['--backend', 'cron', '--out', 'rendered']],
  ['render', ['--format', 'nix', '--out', 'nix']],
  ['plan', ['--backend', 'embedded']],
  ['plan', ['--backend', 'embedded', '--detailed-exitcode'], 2],
  ['apply', ['--backend', 'embedded']],
  ['status', []],
  ['run', ['hello']],
  ['run', ['hello', '--dry-run']],
  ['run', ['fails'], 1],
  ['history', []],
  ['logs', ['hello']],
  ['next', ['0 2 * * *', '--backend', 'embedded']],
  ['next', ['--job', 'hello']],
  ['explain', ['spec.retry']],
  ['explain', ['schedule', '0 0 13 * fri', '--backend', 'embedded']],
  ['explain', ['job', 'hello']],
  ['simulate', ['--from', '2026-03-07', '--to', '2026-03-10']],
  ['report', []],
  ['import', ['--list', '--backend', 'autostart']],
  ['generations', []],
  ['doctor', [], 1],
  ['maintain', []],
  ['bundle', ['capture', 'notes']],
  ['bundle', ['list']],
  ['bundle', ['inspect', 'notes']],
  ['bundle', ['verify', 'notes']],
  ['bundle', ['drill', 'notes']],
  ['bundle', ['diff', 'notes', 'latest']],
  ['bundle', ['prune', 'notes']],
  ['bundle', ['restore', 'notes', 'latest', '--into', 'look']],
  ['targets', ['list']],
  ['targets', ['show', 'web']],
  ['targets', ['plan']],
  ['targets', ['mark-deployed', 'web', '--artifact', '/store/web']],
  ['targets', ['deploy', 'web', '--dry-run']],
  ['schema', []],
  ['completion', ['bash']],
  ['apply', ['--backend', 'embedded']],
  ['rollback', ['1']],
  ['destroy', []],
  ['sync', ['--repo', './repo', '--ref', 'main', '--backend', 'embedded', '--namespace', 'fetched']],
  ['sync', ['--status', '--namespace', 'fetched']],
];

/** What goes wrong for each: asked for what there is not, or with an option that there is not. */
const failures: Readonly<Record<string, readonly string[]>> = {
  init: ['--format', 'toml'],
  render: ['nowhere.yaml', '--backend', 'cron'],
  plan: ['nowhere.yaml'],
  apply: ['bad.yaml'],
  status: ['nobody'],
  run: ['nobody'],
  logs: ['nobody'],
  next: ['0 25 * * *'],
  explain: ['field', 'spec.retri'],
  simulate: ['nowhere.yaml'],
  bundle: ['capture', 'hello'],
  targets: ['show', 'nobody'],
  schema: ['plann'],
  completion: ['tcsh'],
};

function workplace(): CliWorkplace {
  const place = cliWorkplace();
  const { write, folder } = place;
  write('bad.yaml', 'apiVersion: v1\nkind: Job\nmetadata: {name: x}\nspec: {schedul: "0 2 * * *", command: x}\n');
  write('jobs/fails.yaml', manifest('fails', { command: '/bin/false' }));
  write('data/list.txt', 'milk\n');
  write(
    'jobs/notes.yaml',
    manifest('notes', { state: { roots: [{ name: 'data', path: join(folder, 'data') }], hooks: { drill: [['true']] } } }),
  );
  write('repo/jobs/a.yaml', manifest('a'));
  // The folder itself, for the targets, and a repository to sync from.
  for (const [cwd, added] of [
    [join(folder, 'repo'), '.'],
    [folder, 'jobs'],
  ] as const) {
    const git = (...args: readonly string[]) =>
      execFileSync('git', ['-c', 'user.name=A', '-c', 'user.email=a@example.org', ...args], { cwd });
    git('init', '--quiet', '--initial-branch=main');
    git('add', added);
    git('commit', '--quiet', '-m', 'Jobs');
  }
  return place;
}

test('every command answers --json with data of its schema on standard output, and with nothing else', async () => {
  const { call, write } = workplace();
  for (const [name, args, exitCode = 0] of calls) {
    const result = await call([name, ...args, '--json']);
    expect(result.exitCode, `rota ${name} ${args.join(' ')}: ${result.stdout}${result.stderr}`).toBe(exitCode);
    expectSchema(name, result.json());
    expect(result.stderr, name).not.toMatch(/^[{[]/m);
    if (name === 'init')
      write(
        'jobs.config.yaml',
        'tenant: acme\nmanifests: jobs/*.yaml\ntargets: [{name: web, attr: "packages.{system}.web", hints: ["web/**"]}]\n',
      );
  }
  const called = new Set(calls.flatMap(([name, [action = '']]) => [name, `${name} ${action}`]));
  const missing = commandSpecs.flatMap(actionsOf).filter((one) => !called.has(one));
  expect(missing.sort()).toEqual(Object.keys(elsewhere).sort());
  for (const file of Object.values(elsewhere))
    expect(readFileSync(join(repositoryRoot, file), 'utf8')).toMatch(/expectSchema|schemaProblems/);
});

/** `bundle` is as many commands as it has actions, each with a shape of its own. */
function actionsOf({ name, args, completes }: CommandSpec): readonly string[] {
  return args?.startsWith('<action>') && Array.isArray(completes) ? completes.map((action) => `${name} ${action}`) : [name];
}

test('every command answers a failure with an error of its schema on standard output, and says nothing beside it', async () => {
  const { call } = workplace();
  for (const { name } of commandSpecs) {
    const failing = [['--no-such-option'], failures[name]].filter((args) => args !== undefined);
    for (const args of failing) {
      const result = await call([name, ...args, '--json']);
      const said = `rota ${name} ${args.join(' ')}: ${result.stdout}${result.stderr}`;
      expect(result, said).toMatchObject({ exitCode: 1, stderr: '' });
      expectSchema('error', result.json());
    }
  }
});

test('without --json an error is on standard error, and standard output stays empty', async () => {
  const { call } = workplace();
  for (const [name, args] of Object.entries(failures)) {
    const { exitCode, stdout, stderr } = await call([name, ...args]);
    expect({ exitCode, stdout }, `rota ${name}: ${stdout}${stderr}`).toEqual({ exitCode: 1, stdout: '' });
    expect(stderr).toMatch(/^error: /);
  }
});

// Examples stand in the help, on the page of commands and in the manual.
test.each(commandSpecs.flatMap(({ name, examples }) => examples.map((example) => [name, example] as const)))(
  'the example of %s is a line that the command line understands: %s',
  async (name, example) => {
    const split = splitCommandLine(example.replace(/ [|>] .*/, ''));
    const words = split.ok ? split.argv : [];
    expect(words[0]).toBe('rota');
    let understood = '';
    const { call } = cliWorkplace();
    expect((await call(['help', name])).stdout).toContain(example);
    const io = { out: () => undefined, err: () => undefined, columns: 100 };
    const program = buildProgram({ ...unusedIo, ...io }, async (spec) => {
      understood = spec.name;
    });
    await program.parseAsync(words.slice(1), { from: 'user' });
    expect(understood).toBe(name);
  },
);

const unusedIo = {
  env: {},
  cwd: '/',
  outIsTerminal: false,
  errIsTerminal: false,
  inIsTerminal: false,
  ask: async () => '',
  signal: new AbortController().signal,
  host: {},
};
