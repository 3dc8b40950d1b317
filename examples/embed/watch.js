// @ts-check
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost, createRota, declarationOf, defineJob, embedded } from '@rota/core';

const stateDir = mkdtempSync(join(tmpdir(), 'rota-watch-'));
const rota = createRota({ host: createHost({ stateDir }), backends: [embedded()], namespace: 'watch' });
for (const event of /** @type {const} */ (['run:start', 'run:output', 'run:retry', 'run:end']))
  rota.events.on(event, (payload) => console.log(JSON.stringify({ event, ...payload })));

const flaky = defineJob({
  name: 'flaky',
  tenant: 'demo',
  schedule: '@daily',
  command: 'echo trying; test -e done || { touch done; exit 1; }',
  shell: true,
  workingDir: stateDir,
  retry: { enabled: true, attempts: 2, delay: '1s' },
});
await rota.apply(await rota.plan(await declarationOf([flaky], { namespace: 'watch' })));

const stop = await rota.watch({ output: true });
await rota.run('flaky');
await stop();

await rota.destroy();
rmSync(stateDir, { recursive: true });
