import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from '@rota/test-support';
import { expect, it } from 'vitest';
import { declarationOf } from '../config/declaration-of.ts';
import { createRota } from '../face/create-rota.ts';
import type { Rota } from '../face/rota.ts';
import { createHost } from '../host/create-host.ts';
import { embedded } from './embedded.ts';
import { entryFolder } from './entry.ts';

function machine(): { rota: Rota; declare: (schedule: string) => ReturnType<typeof declarationOf> } {
  const home = mkdtempSync(join(tmpdir(), 'rota-embedded-'));
  afterFile(() => rmSync(home, { recursive: true, force: true }));
  const stateDir = join(home, 'state');
  const host = createHost({ stateDir, user: { name: 'ann', uid: 1000, home } });
  const declare = (schedule: string) =>
    declarationOf([{ tenant: 'acme', name: 'hello', schedule, command: '/bin/echo', args: ['hello'] }], {
      host,
      source: 'test',
    });
  return { rota: createRota({ host, backends: [embedded()] }), declare };
}

it('plans, applies, runs and removes a job on a machine without any scheduler, and a plan after an apply is empty', async () => {
  const { rota, declare } = machine();
  const declaration = await declare('0 2 * * *');
  const plan = await rota.plan(declaration);
  expect(plan.changes).toMatchObject([{ action: 'create', fidelity: 'exact', backend: 'embedded' }]);
  await rota.apply(plan);
  expect((await rota.plan(declaration)).changes).toMatchObject([{ action: 'none' }]);
  expect(await rota.status()).toMatchObject([{ name: 'hello', state: 'waiting', lastRun: null, fidelity: 'exact' }]);
  const record = await rota.run('hello');
  expect(record).toMatchObject({ status: 'success', trigger: 'manual', scheduledAt: null, backend: 'embedded' });
  expect(await rota.logs('hello')).toBe('hello\n');
  expect(await rota.status()).toMatchObject([{ state: 'waiting', lastRun: { status: 'success' } }]);
  expect(await rota.run('hello'), 'right after the other, under `forbid`').toMatchObject({ status: 'success' });
  await rota.destroy();
  expect(rota.host.files.list(entryFolder(rota.host.stateDir, 'default'))).toEqual([]);
});

it('shows an entry that was edited by hand as drift, and one that was removed as missing', async () => {
  const { rota, declare } = machine();
  await rota.apply(await rota.plan(await declare('0 2 * * *')));
  const path = join(entryFolder(rota.host.stateDir, 'default'), 'acme.hello.json');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"active": true', '"active": false'));
  // Nobody knows when an entry starts that somebody changed.
  expect(await rota.status()).toMatchObject([{ state: 'drifted', nextRun: null }]);
  rmSync(path);
  expect(await rota.status()).toMatchObject([{ state: 'missing' }]);
});
