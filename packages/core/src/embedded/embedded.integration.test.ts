import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { expect, it } from 'vitest';
import { declarationOf } from '../config/declaration-of.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';
import { embedded } from './embedded.ts';
import { runAll } from './run-all.ts';

it('starts what an apply has just installed, while it serves', async () => {
  const home = mkdtempSync(join(tmpdir(), 'rota-embedded-'));
  afterFile(() => rmSync(home, { recursive: true, force: true }));
  const host = createHost({ stateDir: join(home, 'state'), user: { name: 'ann', uid: 1000, home } });
  const jobs = [{ tenant: 'acme', name: 'hello', schedule: '* * * * *', command: '/bin/echo', args: ['hello'] }];
  const rota = createRota({ host, backends: [embedded()] });
  const controller = new AbortController();
  const serving = runAll(host, { signal: controller.signal });
  await rota.apply(await rota.plan(await declarationOf(jobs, { host, source: 'test' })));
  expect((await rota.findings()).length).toBe(0);
  const run = await rota.waitForRun('hello', { timeoutMs: 200_000 });
  expect(run).toMatchObject({ status: 'success', trigger: 'schedule' });
  expect(Date.parse(run.startedAt) - Date.parse(run.scheduledAt ?? '')).toBeLessThan(30_000);
  controller.abort();
  await serving;
});
