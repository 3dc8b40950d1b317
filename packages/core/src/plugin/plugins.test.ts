import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import * as v from 'valibot';
import { expect, expectTypeOf, test } from 'vitest';
import { createHost } from '../host/create-host.ts';
import { createEvents } from '../state/events.ts';
import { definePlugin } from './define-plugin.ts';
import type { Plugin } from './plugin.ts';
import { setUpPlugins } from './set-up-plugins.ts';

const source = (...entries: readonly unknown[]) => entries.map((entry) => ({ entry, file: 'jobs.config.ts' }));
const host = createHost({ env: { HOME: '/home/ada', ROTA_STATE_DIR: '/state' } });
const place = { host, namespace: 'default', identity: { hostname: 'here', labels: {} }, hosts: [] };
const setUp = (...entries: readonly unknown[]) => setUpPlugins(source(...entries), place);

const nightly = definePlugin({
  name: 'nightly',
  apiVersion: 1,
  options: v.strictObject({ command: v.string(), hour: v.optional(v.number(), 2) }),
  setup(api, { command, hour }) {
    expectTypeOf(hour).toEqualTypeOf<number>();
    api.addJobs([{ name: 'nightly', schedule: `0 ${hour} * * *`, command }]);
  },
});

test('a plugin gets its options checked and filled in, and adds jobs', async () => {
  const { plugins, jobs, issues } = await setUp([[nightly({ command: 'x' })], false, null, undefined]);
  expect(issues).toEqual([]);
  expect(plugins.map(({ name }) => name)).toEqual(['nightly']);
  expect(jobs).toEqual([
    { value: { name: 'nightly', schedule: '0 2 * * *', command: 'x' }, plugin: 'nightly', file: 'jobs.config.ts' },
  ]);
});

test('refused options name the plugin and the option', async () => {
  // @ts-expect-error the hour is a number
  const { issues } = await setUp(nightly({ command: 'x', hour: 'two' }));
  expect(issues).toMatchObject([
    {
      code: 'ROTA_PLUGIN_INVALID',
      file: 'jobs.config.ts',
      message: expect.stringMatching(/^Plugin "nightly", the option `hour`: /),
    },
  ]);
});

test('listeners hear the events of a Rota instance that is attached', async () => {
  const heard: string[] = [];
  const plugin: Plugin = {
    name: 'ear',
    apiVersion: 1,
    setup: (api) => api.on('run:end', ({ name, status }) => void heard.push(`${name} ${status}`)),
  };
  const { plugins } = await setUp(plugin);
  const events = createEvents();
  for (const loaded of plugins) loaded.attach(events);
  events.emit('run:end', { tenant: 'a', name: 'b', runId: '1', status: 'success' });
  expect(heard).toEqual(['b success']);
});

test.each<[string, unknown, RegExp]>([
  [
    'another version',
    { name: 'old', apiVersion: 0, setup() {} },
    /"old" is written for version 0 of the plugin contract; this Rota speaks 1/,
  ],
  ['a function that was not called', nightly, /Call it, with its options/],
  ['no name', { apiVersion: 1, setup() {} }, /has no `name`/],
  ['no setup', { name: 'x', apiVersion: 1 }, /"x" has no function `setup`/],
  ['a value that is no plugin', 'nightly', /holds nightly, which is no plugin\. Import the plugin's function, and call it/],
  [
    'a part of the contract that is not built',
    { name: 'x', apiVersion: 1, setup: (api: Record<string, () => void>) => api.addWidgets?.() },
    /`api.addWidgets` is not available to plugins in this version \("x"\)/,
  ],
  [
    'a setup that throws',
    {
      name: 'x',
      apiVersion: 1,
      setup() {
        throw new Error('boom');
      },
    },
    /The plugin "x", `plugins` of the config, failed: boom\. Look at the options that it is given there, or take it out of `plugins`/,
  ],
])('%s is refused by name', async (_, entry, message) => {
  const { plugins, issues } = await setUp(entry);
  expect(plugins).toEqual([]);
  expect(issues).toMatchObject([{ code: 'ROTA_PLUGIN_INVALID', severity: 'error', message: expect.stringMatching(message) }]);
});

test.each([
  [
    'throws',
    `throw new Error('boom')`,
    'boom. Look at the options that it is given there, or take it out of `plugins` until it is mended.',
  ],
  ['rejects', `return Promise.reject('boom')`, 'boom. Look at'],
  [
    'throws with a way out of its own',
    `throw Object.assign(new RotaError('ROTA_PLUGIN_INVALID', 'No key.', { suggestions: ['Set GAUGE_KEY.'] }))`,
    'No key. Set GAUGE_KEY.',
  ],
])(
  'a setup that %s is told of with its place in the config and the remedy, and the others are set up',
  async (_, body, message) => {
    const { loadDeclaration } = await import('../config/load-declaration.ts');
    const root = temporaryFolder();
    const config = join(root, 'jobs.config.ts');
    writeFileSync(
      config,
      `import { RotaError } from '@rota/core';
const good = { name: 'good', apiVersion: 1, setup: (api) => api.addJobs([{ name: 'added', on: 'boot', command: 'x', bad: 1 }]) };
const bad = { name: 'bad', apiVersion: 1, setup() { ${body} } };
export default { tenant: 'acme', plugins: [false, [good, bad]] };`,
    );
    const refused = loadDeclaration(createHost({ env: { HOME: root } }), { cwd: root });
    const at = 'The plugin "bad", `plugins[1][1]` of the config, failed: ';
    await expect(refused).rejects.toMatchObject({
      code: 'ROTA_DECLARATION_INVALID',
      issues: [
        { code: 'ROTA_PLUGIN_INVALID', file: config, message: expect.stringContaining(`${at}${message}`) },
        { message: expect.stringContaining('bad') },
      ],
    });
  },
);

test('jobs of plugins enter the declaration like any others', async () => {
  const { loadDeclaration } = await import('../config/load-declaration.ts');
  const root = temporaryFolder();
  writeFileSync(
    join(root, 'jobs.config.mjs'),
    `const plugin = { name: 'p', apiVersion: 1, setup: (api) => api.addJobs([{ name: 'added', on: 'boot', command: 'x' }]) };
export default { tenant: 'acme', plugins: [[plugin]] };`,
  );
  const { jobs, plugins } = await loadDeclaration(createHost({ env: { HOME: root } }), { cwd: root });
  expect(jobs).toMatchObject([{ tenant: 'acme', name: 'added', source: { file: join(root, 'jobs.config.mjs') } }]);
  expect(plugins.map(({ name }) => name)).toEqual(['p']);
});
