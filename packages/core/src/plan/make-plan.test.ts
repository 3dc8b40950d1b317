import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import type { Backend } from '../backend/backend.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { loadDeclaration } from '../config/load-declaration.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
  for (const name of ['one', 'two', 'home', 'jobs', 'others']) mkdirSync(join(root, name));
});

const folder = (name: string, more: Partial<Backend> = {}): Backend => ({ ...folderBackend(name, join(root, name)), ...more });
const rotaWith = (backends: readonly Backend[] = [folder('one'), folder('two')], namespace = 'default') =>
  createRota({
    host: createHost({ stateDir: join(root, 'state'), user: { name: 'a', uid: 1000, home: join(root, 'home') } }),
    backends,
    namespace,
  });
const job = { name: 'nightly', schedule: '0 6 * * *', command: '/bin/true' };
const declared = (source: string, jobs = [job]) => declarationOf(jobs, { host: rotaWith().host, source, tenant: 'acme' });

describe('a namespace that was declared from one source', () => {
  it('is changed from another one only by who says so; where that changes nothing, nobody is asked', async () => {
    const rota = rotaWith();
    await rota.apply(await rota.plan(await declared('/etc/one.yaml')));
    const other = await declared('/etc/two.yaml', [{ ...job, name: 'hourly' }]);
    await expect(rota.plan(other)).rejects.toMatchObject({
      code: 'ROTA_NAMESPACE_SOURCE',
      message: expect.stringMatching(/declared from \/etc\/one\.yaml; this is \/etc\/two\.yaml/),
      suggestions: [expect.stringContaining('--take-over'), expect.stringContaining('--namespace')],
    });
    expect((await rota.plan(await declared('/etc/two.yaml'))).summary).toMatchObject({ unchanged: 1, create: 0, delete: 0 });
    expect((await rotaWith(undefined, 'mine').plan({ ...other, namespace: 'mine' })).summary).toMatchObject({ create: 1 });
    await rota.apply(await rota.plan(other, { takeOver: true }), { allowRemovals: true });
    expect((await rota.status()).map(({ name }) => name)).toEqual(['hourly']);
    await expect(rota.plan(await declared('/etc/one.yaml'))).rejects.toMatchObject({ code: 'ROTA_NAMESPACE_SOURCE' });
  });

  it('has all of its jobs in the files that are named: who names one of two removes the other', async () => {
    const manifest = (name: string) =>
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Job',
        metadata: { name, tenant: 'acme' },
        spec: { schedule: '0 6 * * *', command: '/bin/true' },
      });
    for (const name of ['a', 'b']) writeFileSync(join(root, 'jobs', `${name}.yaml`), manifest(name));
    const rota = rotaWith();
    const load = (path: string) => loadDeclaration(rota.host, { files: [path], cwd: root });
    await rota.apply(await rota.plan(await load('jobs')));
    const plan = await rota.plan(await load('jobs/a.yaml'), { takeOver: true });
    expect(plan.changes.map(({ action, name }) => [action, name])).toEqual([
      ['none', 'a'],
      ['delete', 'b'],
    ]);
  });
});

describe('the backend of a namespace', () => {
  const gone = {
    detect: async () => ({
      usable: false,
      dialect: { name: 'one' },
      findings: [{ severity: 'error' as const, message: 'It is down.', remedy: 'Start it' }],
    }),
  };

  it('is the one of its first apply: when that cannot be used, nothing moves silently', async () => {
    const rota = rotaWith([folder('two'), folder('one')]);
    await rota.apply(await rota.plan(await declared('/etc/one.yaml'), { backend: 'one' }));
    expect((await rota.plan(await declared('/etc/one.yaml'))).backend).toBe('one');
    const later = rotaWith([folder('two'), folder('one', gone)]);
    await expect(later.plan(await declared('/etc/one.yaml'))).rejects.toMatchObject({
      code: 'ROTA_BACKEND_UNAVAILABLE',
      message: expect.stringContaining('The backend one cannot be used now. It is down.'),
      suggestions: ['Start it'],
    });
    const asked = await rota.plan(await declared('/etc/one.yaml'), { backend: 'two' });
    expect(asked.changes).toMatchObject([{ action: 'move', backend: 'two', fromBackend: 'one' }]);
  });

  it('is one that the policy allows, unless an exception names the job with a reason', async () => {
    const rota = rotaWith();
    const withPolicy = async (exceptions: readonly { readonly job: string; readonly reason: string }[]) => ({
      ...(await declared('/etc/one.yaml')),
      policy: { backends: ['two'], exceptions },
    });
    await expect(rota.plan(await withPolicy([]), { backend: 'one' })).rejects.toMatchObject({
      code: 'ROTA_BACKEND_POLICY',
      message: 'acme/nightly would run on one; the policy allows two.',
    });
    expect((await rota.plan(await withPolicy([]))).backend).toBe('two');
    const excepted = await withPolicy([{ job: 'acme/nightly', reason: 'the other one has no zones' }]);
    expect((await rota.plan(excepted, { backend: 'one' })).summary).toMatchObject({ create: 1 });
  });
});
