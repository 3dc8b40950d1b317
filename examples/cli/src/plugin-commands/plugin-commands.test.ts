import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ownCommands } from '../../../../packages/core/src/plugin/own-commands.ts';
import { commandSpecs } from '../program/command-specs.ts';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';

/** A plugin as somebody would write it in plain JavaScript, in the config itself. */
const config = `
const widget = {
  name: 'widget',
  apiVersion: 1,
  setup(api) {
    const { command, args } = api.rotaCommand(['widget', 'show', 'a']);
    api.addJobs([{ name: 'widget', schedule: '0 2 * * *', command, args }]);
    api.addStatus(() => ({ title: 'Widgets', state: 'attention', summary: 'One is old.', facts: [{ label: 'age', value: '3 d' }], data: { age: 3 } }));
    api.onHook('before:apply', ({ plan }) => { if (plan.summary.create > 2) throw new Error('two at a time.'); });
    api.addCommands({
      name: 'widget',
      aliases: ['w'],
      summary: 'what there is of widgets',
      commands: [{
        name: 'show',
        aliases: ['widget-show'],
        summary: 'show some',
        positionals: [{ name: 'which', summary: 'which ones', repeatable: true }],
        options: {
          dryRun: { kind: 'flag', summary: 'nothing happens' },
          noDust: { kind: 'flag', summary: 'without dust' },
          colour: { kind: 'text', value: 'name', summary: 'only these', choices: ['red', 'blue'] },
          limit: { kind: 'count', value: 'n', summary: 'how many', short: 'n' },
          since: { kind: 'duration', value: 'time', summary: 'how old' },
          tag: { kind: 'list', value: 'tag', summary: 'with a tag' },
        },
        examples: ['rota widget show a --limit 3'],
        exitCodes: { 3: 'there is none' },
        output: { type: 'object' },
        run: ({ args, options, jobs, table, say }) => {
          say('looking');
          return { data: { args, options, jobs: jobs.map((job) => job.name) }, text: table([['WIDGET', 'LIMIT'], [args.join(' '), String(options.limit)]]), exitCode: args[0] === 'none' ? 3 : 0 };
        },
      }, {
        name: 'rescue',
        summary: 'works always',
        examples: ['rota widget rescue'],
        output: { type: 'object' },
        withoutConfig: true,
        run: ({ jobs }) => ({ data: { jobs: jobs.length }, text: 'rescued' }),
      }],
    });
  },
};
export default { tenant: 'acme', plugins: [widget], manifests: 'jobs' };
`;

function workplace() {
  const place = cliWorkplace();
  place.write('jobs.config.mjs', config);
  place.write('jobs/backup.yaml', manifest('backup'));
  return place;
}

describe('a command that a plugin adds', () => {
  test('gets its words and options by the names that the plugin gave, and answers as data', async () => {
    const { call } = workplace();
    const { json, stderr } = await call([
      'widget',
      'show',
      'a',
      'b',
      '--dry-run',
      '--no-dust',
      '--colour',
      'red',
      '-n',
      '0',
      '--since',
      '5m',
      '--tag',
      'x',
      '--tag',
      'y',
      '--json',
    ]);
    expect(json()).toEqual({
      formatVersion: 1,
      args: ['a', 'b'],
      options: { dryRun: true, noDust: true, colour: 'red', limit: 0, since: 300_000, tag: ['x', 'y'] },
      jobs: ['backup', 'widget'],
    });
    expect(stderr).toBe('looking\n');
  });

  test('has none of the options that were not given, and prints its text', async () => {
    const { call } = workplace();
    expect((await call(['w', 'show', 'a', '--json'])).json()).toMatchObject({
      options: { dryRun: false, noDust: false, tag: [] },
    });
    expect(await call(['w', 'show', 'none'])).toMatchObject({ exitCode: 3, stdout: 'WIDGET  LIMIT\nnone    undefined\n' });
  });

  test.each([[['help', 'widget', 'show']], [['widget', 'show', '--help']], [['w', 'show', '-h']]])(
    '%j explains it with its examples and exit codes',
    async (args) => {
      const { exitCode, stdout } = await workplace().call(args);
      expect(exitCode).toBe(0);
      expect(stdout).toContain('--colour <name>');
      expect(stdout).toContain('  $ rota widget show a --limit 3');
      expect(stdout).toContain('3 there is none');
    },
  );

  test.each([[['widget']], [['help', 'widget']], [['widget', '--help']]])('%j lists the commands of the group', async (args) => {
    const { exitCode, stdout } = await workplace().call(args);
    expect(exitCode).toBe(0);
    expect(stdout).toMatch(/show .* show some/);
  });

  test.each([
    [['widgte', 'show', 'a'], ['widget']],
    [['widget', 'shwo', 'a'], ['show']],
    [['widget', 'show', 'a', '--color', 'red'], ['--colour']],
    [['widget', 'show'], undefined],
    [['widget', 'show', 'a', '--colour', 'green'], undefined],
    [['widget', 'show', 'a', '--limit', 'many'], undefined],
  ])('%j is refused with the nearest name', async (args, suggestions) => {
    const { exitCode, json } = await workplace().call([...args, '--json']);
    expect(exitCode).toBe(1);
    expect(json().error).toMatchObject({ code: 'ROTA_USAGE', ...(suggestions === undefined ? {} : { suggestions }) });
  });

  test('is refused while something else in the config is wrong, unless it works without', async () => {
    const { call, write } = workplace();
    write('jobs/bad.yaml', 'apiVersion: v1\nkind: Job\nmetadata: {name: x}\nspec: {schedul: "0 2 * * *", command: x}\n');
    expect((await call(['widget', 'show', 'a', '--json'])).json().error).toMatchObject({ code: 'ROTA_DECLARATION_INVALID' });
    const { exitCode, stdout, stderr } = await call(['widget', 'rescue']);
    expect({ exitCode, stdout }).toEqual({ exitCode: 0, stdout: 'rescued\n' });
    expect(stderr).toMatch(/^warning: the config cannot be read/);
  });
});

test.each([
  ['throws', 'throw new TypeError("no such row")', 'The command "gauge show" of a plugin failed: no such row'],
  [
    'asks and does not say that it does',
    'await context.confirm("Sure?"); return { data: {}, text: "unasked" };',
    'The command "gauge show" of a plugin asks before a change, and does not say so: it has no `--yes`. It was ended where it asked.',
  ],
  ['answers nothing', '', 'The command "gauge show" of a plugin did not answer `{ data, text }`'],
])('a command that %s is told of as a fault of the plugin', async (_, body, message) => {
  const { call, write } = cliWorkplace();
  write('jobs.config.mjs', gauge(body));
  const { exitCode, json } = await call(['gauge', 'show', '--json']);
  expect(exitCode).toBe(1);
  expect(json().error).toMatchObject({ code: 'ROTA_PLUGIN_INVALID', message: expect.stringContaining(message) });
});

test('a command of a plugin that is refused is not just unknown', async () => {
  const { call, write } = cliWorkplace();
  write('jobs.config.mjs', gauge('').replace('apiVersion: 1', 'apiVersion: 2'));
  const { stderr } = await call(['gauge', 'show']);
  expect(stderr).toContain('If a plugin adds it: the config here cannot be read. The plugin "gauge" is written for version 2');
});

function gauge(body: string): string {
  return `const show = { name: 'show', summary: 's', examples: ['rota gauge show'], output: {}, run: async (context) => { ${body} } };
export default {
  tenant: 'acme',
  jobs: [{ name: 'x', on: 'boot', command: 'x' }],
  plugins: [{ name: 'gauge', apiVersion: 1, setup: (api) => api.addCommands({ name: 'gauge', summary: 'g', commands: [show] }) }],
};
`;
}

test('a word of its own means the whole command', async () => {
  const { json } = await workplace().call(['widget-show', 'a', '--limit', '3', '--json']);
  expect(json()).toMatchObject({ args: ['a'], options: { limit: 3 } });
});

test.each(['nix', 'chezmoi'])('rota %s says how to add its plugin', async (name) => {
  const bare = await cliWorkplace().call([name, 'update', '--json']);
  expect(bare.json().error).toMatchObject({
    code: 'ROTA_PLUGIN_MISSING',
    message: expect.stringContaining('there is none here'),
  });
  const { call } = workplace();
  const { exitCode, stderr } = await call([name, 'update']);
  expect(exitCode).toBe(1);
  // It stands beside this command: what is there already is not to be fetched.
  expect(stderr).not.toContain('npm install');
  expect(stderr).toContain(`from '@rota/plugin-${name}`);
  expect(stderr).toContain('plugins: [');
});

test("the plugin's section stands in the status, and its hook may refuse an apply", async () => {
  const { call, write, home } = workplace();
  // The apply brings the command that the job runs: that it is not there yet is nothing to warn of.
  expect((await call(['plan', '--backend', 'embedded'])).stdout).not.toContain('executable');
  const apply = await call(['apply', '--backend', 'embedded', '--json']);
  expect(apply.exitCode, apply.stdout).toBe(0);
  const { plugins } = (await call(['status', '--json'])).json();
  expect(plugins).toEqual([
    {
      plugin: 'widget',
      title: 'Widgets',
      state: 'attention',
      summary: 'One is old.',
      facts: [{ label: 'age', value: '3 d' }],
      data: { age: 3 },
    },
  ]);
  expect((await call(['status'])).stdout).toContain('Widgets  attention  One is old.\n  age  3 d\n');
  // The job runs a command of Rota: its launcher is there, and names this command line.
  const { existsSync } = await import('node:fs');
  expect(existsSync(`${home}/.local/state/rota/bin/rota`)).toBe(true);
  for (const name of ['b', 'c', 'd']) write(`jobs/${name}.yaml`, manifest(name));
  expect((await call(['apply', '--json'])).json().error).toMatchObject({
    code: 'ROTA_HOOK_REFUSED',
    message: 'The plugin "widget" refuses (before:apply): two at a time. Nothing was changed.',
  });
});

test('a command that keeps silent for more than a second is told of on a terminal, though it tells of nothing itself', async () => {
  const { write, call } = cliWorkplace();
  let tell = (): void => undefined;
  const told = new Promise<void>((resolve) => {
    tell = resolve;
  });
  vi.stubGlobal(Symbol.for('rota.test.told'), told);
  onTestFinished(() => void vi.unstubAllGlobals());
  write(
    'jobs.config.mjs',
    `const command = { name: 'think', summary: 'think', examples: ['rota slow think'], output: {}, run: async () => ({ data: {}, text: await globalThis[Symbol.for('rota.test.told')] ?? 'thought' }) };
export default { tenant: 'acme', jobs: [{ name: 'x', on: 'boot', command: 'x' }], plugins: [{ name: 'slow', apiVersion: 1, setup: (api) => api.addCommands({ name: 'slow', summary: 'slow', commands: [command] }) }] };`,
  );
  let shown = '';
  const err = (text: string) => {
    shown += text;
    if (shown.includes('Working')) tell();
  };
  expect(await call(['slow', 'think'], { errIsTerminal: true, err })).toMatchObject({ exitCode: 0, stdout: 'thought\n' });
  expect(shown).toBe('\r\u001b[KWorking...\r\u001b[K');
});

test('the names that no plugin may give a command are those of all commands', () => {
  const known = [...commandSpecs.flatMap(({ name, aliases = [] }) => [name, ...aliases]), 'help'];
  expect([...ownCommands].sort()).toEqual(known.filter((name) => !name.startsWith('__')).sort());
});

test('a backend of a plugin with the name of another one is refused before anything is planned', async () => {
  const { call, write } = workplace();
  const backend = `{ name: 'embedded', apiVersion: 1, dialects: [{ name: 'x' }], capabilities() {}, detect() {}, compile() {}, list() {}, apply() {} }`;
  write('jobs.config.mjs', config.replace('api.addStatus', `api.addBackend(${backend}); api.addStatus`));
  const { exitCode, json } = await call(['plan', '--json']);
  expect({ exitCode, error: json().error }).toMatchObject({
    exitCode: 1,
    error: { code: 'ROTA_PLUGIN_INVALID', message: expect.stringContaining('"embedded"') },
  });
});
