import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { temporaryFolder } from '@rota/test-support';
import { expect, expectTypeOf, onTestFinished, test, vi } from 'vitest';
import type { Backend } from '../backend/backend.ts';
import { createHost } from '../host/create-host.ts';
import { createEvents } from '../state/events.ts';
import { askHooks, between, tellHooks } from './call-hooks.ts';
import { collectContributions } from './collect-contributions.ts';
import { definePluginCommand, type PluginCommand } from './plugin-command.ts';
import { readPluginStatus } from './read-plugin-status.ts';

const host = createHost({ env: { HOME: '/home/ada', ROTA_STATE_DIR: '/state' } });
const place = {
  host,
  namespace: 'default',
  config: '/repo/jobs.config.ts',
  identity: { hostname: 'here', labels: {} },
  hosts: [],
};
const collect = (name = 'p', earlier: Parameters<typeof collectContributions>[2] = []) =>
  collectContributions(name, place, earlier);

const status = definePluginCommand({
  name: 'status',
  summary: 'how it is',
  examples: ['rota widget status'],
  output: { type: 'object' },
  options: {
    dryRun: { kind: 'flag', summary: 'nothing happens' },
    mode: { kind: 'text', value: 'mode', summary: 'which', choices: ['fast', 'slow'] },
    limit: { kind: 'count', value: 'n', summary: 'how many' },
    label: { kind: 'list', value: 'key=value', summary: 'which ones' },
  },
  run({ options }) {
    expectTypeOf(options.dryRun).toEqualTypeOf<boolean>();
    expectTypeOf(options.mode).toEqualTypeOf<'fast' | 'slow' | undefined>();
    expectTypeOf(options.limit).toEqualTypeOf<number | undefined>();
    expectTypeOf(options.label).toEqualTypeOf<readonly string[]>();
    // @ts-expect-error there is no such option
    options.dryrun;
    return { data: {}, text: 'fine' };
  },
});
const group = (changes: Partial<PluginCommand> = {}) => ({
  name: 'widget',
  aliases: ['w'],
  summary: 'widgets',
  commands: [{ ...status, ...changes }],
});

test('everything that is added can be read again', () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'send.js'), 'export const send = () => {};\n');
  const { api, plugin } = collect();
  const open = () => {
    throw new Error('not opened');
  };
  const deployer = { plan: async () => [], deploy: async () => undefined, deployed: async () => null };
  api.addCommands(group());
  api.addAlertChannel({
    name: 'pager',
    module: pathToFileURL(join(folder, 'send.js')),
    options: { to: 'ada' },
    secrets: ['pin'],
  });
  api.addDeployer('ftp', deployer);
  api.addBundleStore('s3', open);
  expect(plugin.commands).toEqual([group()]);
  expect(plugin.alertChannels).toEqual([
    { name: 'pager', module: join(folder, 'send.js'), options: { to: 'ada' }, secrets: ['pin'] },
  ]);
  expect(plugin.deployers).toEqual({ ftp: deployer });
  expect(plugin.bundleStores).toEqual({ s3: open });
});

test("a command with a name of Rota's own, which nobody could reach, is refused", () => {
  const { api } = collect();
  expect(() => api.addCommands({ ...group(), name: 'apply' })).toThrow(`the command "apply" is one of Rota's own`);
  expect(() => api.addCommands({ ...group(), aliases: ['run'] })).toThrow('"run"');
  expect(() => api.addCommands(group({ aliases: ['plan'] }))).toThrow('"plan"');
});

test("a job can run one of Rota's own commands, wherever Rota stands later", () => {
  expect(collect().api.rotaCommand(['widget', 'status'])).toEqual({
    command: '/state/bin/rota',
    args: ['widget', 'status', '--config', '/repo/jobs.config.ts', '--namespace', 'default', '--state-dir', '/state'],
  });
});

const flag = { kind: 'flag', summary: 'x' } as const;
test.each<[string, Partial<PluginCommand>, RegExp]>([
  ['no example', { examples: [] }, /"widget status" has no example/],
  ["an option that is Rota's", { options: { json: flag } }, /has the option "json", which is Rota's own/],
  ['an option with dashes', { options: { 'dry-run': flag } }, /has the option "dry-run"; write it as in code: dryRun/],
  ['one letter twice', { options: { all: { ...flag, short: 'a' }, any: { ...flag, short: 'a' } } }, /short option "a" twice/],
  ['a name with a blank', { name: 'sta tus' }, /is not a word such as "status"/],
  [
    'a required word after one that is not',
    {
      positionals: [
        { name: 'a', summary: 'a', required: false },
        { name: 'b', summary: 'b' },
      ],
    },
    /has a required word after one that is not/,
  ],
])('a command with %s is refused', (_, changes, message) => {
  expect(() => collect().api.addCommands(group(changes))).toThrow(message);
});

test('what types would refuse in a command is refused in plain JavaScript too', () => {
  const { run: _, ...idle } = status;
  const size = { size: { kind: 'number', value: 'n', summary: 'x' } };
  const { api } = collect();
  // @ts-expect-error it does nothing
  expect(() => api.addCommands({ ...group(), commands: [idle] })).toThrow('"widget status" has no function `run`.');
  // @ts-expect-error there is no such kind
  expect(() => api.addCommands({ ...group(), commands: [{ ...status, options: size }] })).toThrow(
    'the option "size" of the kind "number"; there are: flag, text, count, duration, list.',
  );
});

test('names that another plugin has taken are refused, aliases too', () => {
  const first = collect('first');
  first.api.addCommands(group());
  first.api.addBundleStore('s3', () => {
    throw new Error('not opened');
  });
  const second = collect('second', [first.plugin]);
  expect(() => second.api.addCommands({ ...group(), name: 'w', aliases: [] })).toThrow(
    'The command "w" is there already; the plugin "first" adds it.',
  );
  expect(() =>
    second.api.addBundleStore('s3', () => {
      throw new Error('not opened');
    }),
  ).toThrow(/bundle store "s3" is there already/);
});

test.each([
  ['./send.js', /is not an absolute path/],
  ['/repo/send.ts', /is not JavaScript/],
  ['/no/such/send.js', /does not exist/],
])('the alert channel module %s is refused', (module, message) => {
  expect(() => collect().api.addAlertChannel({ name: 'pager', module })).toThrow(message);
});

test('a hook before an operation refuses it, and the operation does not begin', async () => {
  const { api, plugin } = collect('guard');
  api.onHook('before:destroy', () => {
    throw new Error('not on a Friday.');
  });
  const callers = { host, namespace: 'default', plugins: [plugin], events: createEvents() };
  let begun = false;
  const refused = between(
    () => askHooks(callers, 'before:destroy', {}),
    async () => {
      begun = true;
      throw new Error('begun');
    },
    (outcome) => tellHooks(callers, 'after:destroy', { outcome }),
  );
  await expect(refused).rejects.toMatchObject({
    code: 'ROTA_HOOK_REFUSED',
    message: 'The plugin "guard" refuses (before:destroy): not on a Friday. Nothing was changed.',
  });
  expect(begun).toBe(false);
});

test('a hook after an operation hears how it ended, and what it throws is an event', async () => {
  const { api, plugin } = collect('after');
  const heard: unknown[] = [];
  api.onHook('after:destroy', ({ outcome }) => {
    heard.push(outcome);
    throw new Error('too late');
  });
  const events = createEvents();
  events.on('error', ({ event, cause }) => void heard.push([event, String(cause)]));
  const callers = { host, namespace: 'default', plugins: [plugin], events };
  const failing = between(
    () => askHooks(callers, 'before:destroy', {}),
    async () => {
      throw new Error('disk full');
    },
    (outcome) => tellHooks(callers, 'after:destroy', { outcome }),
  );
  await expect(failing).rejects.toThrow('disk full');
  expect(heard).toEqual([
    { ok: false, error: new Error('disk full') },
    ['after:destroy of the plugin "after"', 'Error: too late'],
  ]);
});

test('a hook that threw leaves nothing that waits for it: who is interrupted later is not told of it', async () => {
  const { api, plugin } = collect('guard');
  api.onHook('before:destroy', () => {
    throw new Error('not on a Friday.');
  });
  const unhandled: unknown[] = [];
  const note = (reason: unknown): void => void unhandled.push(reason);
  process.on('unhandledRejection', note);
  onTestFinished(() => void process.off('unhandledRejection', note));
  const interrupt = new AbortController();
  const callers = { host, namespace: 'default', plugins: [plugin], events: createEvents(), signal: interrupt.signal };
  await expect(askHooks(callers, 'before:destroy', {})).rejects.toMatchObject({ code: 'ROTA_HOOK_REFUSED' });
  interrupt.abort();
  await new Promise((done) => setImmediate(done));
  expect(unhandled).toEqual([]);
});

test('a hook is not waited for by who was interrupted before it, and what it throws at once is what is told', async () => {
  const { api, plugin } = collect('slow');
  api.onHook('before:destroy', () => new Promise(() => undefined));
  const refusing = collect('guard');
  refusing.api.onHook('before:destroy', () => {
    throw new Error('not on a Friday.');
  });
  const callers = { host, namespace: 'default', plugins: [plugin], events: createEvents(), signal: AbortSignal.abort() };
  await expect(askHooks(callers, 'before:destroy', {})).rejects.toThrow('(before:destroy): interrupted.');
  await expect(askHooks({ ...callers, plugins: [refusing.plugin] }, 'before:destroy', {})).rejects.toThrow('not on a Friday.');
});

test.each([
  ['longer than it may', 'it took longer than 5 minutes.', () => vi.advanceTimersByTimeAsync(5 * 60_000)],
  ['until its caller is interrupted', 'interrupted.', (interrupt: AbortController) => interrupt.abort()],
])('a hook that takes %s is waited for no longer', async (_, message, pass) => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  onTestFinished(() => void vi.useRealTimers());
  const { api, plugin } = collect('slow');
  const heard: AbortSignal[] = [];
  api.onHook('before:destroy', ({ signal }) => {
    heard.push(signal);
    return new Promise(() => undefined);
  });
  const interrupt = new AbortController();
  const callers = { host, namespace: 'default', plugins: [plugin], events: createEvents(), signal: interrupt.signal };
  const refused = expect(askHooks(callers, 'before:destroy', {})).rejects.toThrow(`(before:destroy): ${message}`);
  await pass(interrupt);
  await refused;
  expect([heard.map(({ aborted }) => aborted), vi.getTimerCount()]).toEqual([[true], 0]);
});

test('a hook that is misspelt is refused with the nearest name', () => {
  // @ts-expect-error there is no such hook
  expect(() => collect().api.onHook('before:aply', () => undefined)).toThrow('did you mean "before:apply"?');
});

test('an event that is misspelt is refused with the nearest name', () => {
  // @ts-expect-error there is no such event
  expect(() => collect().api.on('apply:chnage', () => undefined)).toThrow('did you mean "apply:change"?');
  // @ts-expect-error there is no such event
  expect(() => collect().api.on('moonrise', () => undefined)).toThrow(/no event "moonrise"; there are: .*run:end/);
});

const backend = {
  name: 'mine',
  apiVersion: 1,
  dialects: [{ name: 'mine' }],
  capabilities: () => ({ native: [], refused: {}, alwaysRunner: true }),
  detect: async () => ({ usable: true, dialect: { name: 'mine' }, findings: [] }),
  compile: () => ({ artifact: { files: [], digest: '', active: true }, warnings: [] }),
  list: async () => [],
  apply: async () => undefined,
} satisfies Backend;

test.each<[string, object, RegExp]>([
  ['another version', { apiVersion: 2 }, /"mine" is written for version 2 of the backend contract; this Rota speaks 1\. Update/],
  ['functions missing', { detect: undefined, list: undefined }, /"mine" has no function `detect`, `list`/],
  ['no dialect', { dialects: [] }, /"mine" names no dialect/],
  ['no name', { name: '' }, /a backend has no `name`/],
])('a backend with %s is refused by name', (_, changes, message) => {
  const { api, plugin } = collect();
  api.addBackend(backend);
  expect(() => api.addBackend({ ...backend, ...changes })).toThrow(message);
  expect(plugin.backends).toEqual([backend]);
});

test('a backend whose name another plugin has taken is refused', () => {
  const first = collect('first');
  first.api.addBackend(backend);
  expect(() => collect('second', [first.plugin]).api.addBackend({ ...backend })).toThrow(
    'The backend "mine" is there already; the plugin "first" adds it.',
  );
});

test('the status of a plugin that fails is told of and stops no other', async () => {
  const good = collect('good');
  good.api.addStatus(() => ({ title: 'Good', state: 'ok', summary: 'All well.', facts: [], data: { n: 1 } }));
  good.api.addStatus(() => null);
  const bad = collect('bad');
  bad.api.addStatus(async () => {
    throw new Error('no such file');
  });
  const nothing = async () => [];
  const rota = {
    namespace: 'default',
    backends: [],
    status: nothing,
    history: nothing,
    run: async () => null,
    logs: async () => '',
    told: async () => undefined,
    tell: async () => [],
  };
  expect(await readPluginStatus([bad.plugin, good.plugin], { host, namespace: 'default', rota })).toEqual([
    { plugin: 'bad', title: 'bad', state: 'unknown', summary: 'Its status cannot be read: no such file', facts: [], data: {} },
    { plugin: 'good', title: 'Good', state: 'ok', summary: 'All well.', facts: [], data: { n: 1 } },
  ]);
});
