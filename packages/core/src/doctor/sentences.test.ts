import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { beforeEach, describe, expect, it } from 'vitest';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import type { Backend } from '../backend/backend.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { RotaError } from '../errors/rota-error.ts';
import { createRota } from '../face/create-rota.ts';
import type { Host } from '../host/host.ts';
import type { JobInput } from '../job/job-input.ts';
import { namespaceLayout } from '../state/layout.ts';
import { ownIdentity } from '../state/process-identity.ts';
import { writeSyncStatus } from '../sync/sync-status.ts';
import { diagnose } from './diagnose.ts';
import { doctorHost } from './doctor-host.test-support.ts';

let root: string;
beforeEach(() => {
  root = temporaryFolder();
  for (const name of ['machine', 'home', 'rota']) mkdirSync(join(root, name), { recursive: true });
  writeFileSync(join(root, 'rota/bin.js'), '');
});

const state = (name: string) => join(root, 'state', name);
const command = () => ({ node: process.execPath, script: join(root, 'rota/bin.js') });
const folder = (): Backend => folderBackend('folder', join(root, 'machine'));
const host = (more?: Partial<Host>): Host => doctorHost(root, more);

const plain = { name: 'plain', schedule: '0 6 * * *', command: '/bin/true' };
const withRunner = { ...plain, retry: { enabled: true } };

async function apply(job: JobInput): Promise<void> {
  const rota = createRota({ host: host(), backends: [folder()], command: command() });
  await rota.apply(await rota.plan(await declarationOf([job], { host: rota.host, source: 'test', tenant: 'acme' })));
}

async function told(more: { host?: Host; backend?: Partial<Backend> } = {}): Promise<readonly string[]> {
  const backends = [{ ...folder(), ...more.backend }];
  const { findings } = await diagnose({ host: more.host ?? host(), backends, command: command() });
  return findings.map(({ severity, code, remedy }) => `${severity} ${code}${remedy === undefined ? '' : `: ${remedy}`}`);
}
const unreadable = (): never => {
  throw new RotaError('ROTA_BACKEND_UNAVAILABLE', 'It does not answer.', { suggestions: ['Wake it'] });
};

describe('the doctor names what is wrong, and the remedy:', () => {
  it('the Node of the launcher and the recorder are gone', async () => {
    await apply(withRunner);
    const launcher = state('bin/rota-run');
    writeFileSync(launcher, readFileSync(launcher, 'utf8').replace(/^node='.*'$/m, "node='/nowhere/node'"));
    rmSync(state('bin/record'));
    expect(await told()).toEqual([
      expect.stringMatching(/^warning launcher\.node-missing: .*--repair/),
      expect.stringMatching(/^warning recorder\.missing: .*--repair/),
    ]);
  });

  it('the Node of the launcher is there and does not work', async () => {
    await apply(withRunner);
    const node = join(root, 'node');
    const launcher = state('bin/rota-run');
    const broken = readFileSync(launcher, 'utf8').replace(/^node='.*'$/m, `node='${node}'`);
    writeFileSync(launcher, broken);
    writeFileSync(node, '#!/bin/sh\necho "error while loading shared libraries" >&2\nexit 127\n', { mode: 0o755 });
    const { ok, findings } = await diagnose({ host: host(), backends: [folder()], command: command() });
    expect([ok, findings.map(({ code }) => code)]).toEqual([false, ['launcher.broken']]);
    expect(findings[0]?.message).toMatch(/no job runs: it ends with status 127 and says: error while loading shared libraries$/);
    await diagnose({ host: host(), backends: [folder()], command: command(), repair: true });
    expect(await told()).toEqual([]);
  });

  it('a file that a job requires is gone', async () => {
    await apply({ ...withRunner, requires: { files: ['/nowhere/file'] } });
    expect((await told()).join()).toContain('requires.file');
  });

  it('somebody works on the namespace, or was cut off', async () => {
    await apply(plain);
    const { lock, journal } = namespaceLayout(join(root, 'state'), 'default');
    const since = '2026-11-29T10:00:00.000Z';
    writeFileSync(lock, JSON.stringify({ ...ownIdentity(host().files), id: '1', purpose: 'apply', since }));
    writeFileSync(journal, '{"formatVersion":1,"before":null,"after":{"current":2},"steps":[]}');
    expect(await told()).toEqual(['info lock.held']);
    rmSync(lock);
    expect(await told()).toEqual([expect.stringMatching(/^warning journal\.pending: rota doctor --repair/)]);
  });

  it('the state belongs to another user', async () => {
    await apply(plain);
    const user = { name: 'b', uid: 54_321, home: join(root, 'home') };
    expect(await told({ host: host({ user }) })).toContain(`error state.owner: sudo chown -R b ${join(root, 'state')}`);
  });

  it('a rollback holds what a repository declares', async () => {
    await apply(plain);
    const at = '2026-11-29T10:00:00Z';
    const source = { repo: '/srv/jobs', ref: 'main', allowCode: false, requireSigned: false };
    const status = { namespace: 'default', ...source, revision: null, syncedAt: at, attemptedAt: at, error: null, failures: 0 };
    writeSyncStatus(host(), { formatVersion: 1, ...status, outcome: 'held' });
    expect(await told()).toEqual(['info sync.held: To end it: rota sync --namespace default --resume']);
  });

  it('no scheduler can be used, or one does not answer', async () => {
    await apply(plain);
    const detect: Backend['detect'] = async () => ({ usable: false, dialect: { name: 'folder' }, findings: [] });
    expect(await told({ backend: { detect } })).toContain(
      'error backend.none: Start one, or use --backend embedded with `rota run-all`.',
    );
    expect(await told({ backend: { list: unreadable } })).toEqual(['error backend.unreadable: Wake it']);
  });
});
