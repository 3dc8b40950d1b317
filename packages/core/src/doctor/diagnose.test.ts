import { chmodSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { folderBackend } from '../apply/folder-backend.fixture.ts';
import type { Backend } from '../backend/backend.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { embedded } from '../embedded/embedded.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';
import { execaRunner } from '../host/execa-runner.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { JobInput } from '../job/job-input.ts';
import { appendRecord } from '../run/record/append-record.ts';
import { sampleRecord } from '../run/record/sample-record.test-support.ts';
import { namespaceLayout } from '../state/layout.ts';
import { diagnose } from './diagnose.ts';

let root: string;
let clock: number;
beforeEach(() => {
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-doctor-'));
  for (const name of ['machine', 'home']) mkdirSync(join(root, name));
  clock = Date.UTC(2026, 10, 21, 12, 30);
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const state = () => join(root, 'state');
const host = () =>
  createHost({
    stateDir: state(),
    timezone: 'UTC',
    now: () => clock,
    env: { PATH: process.env.PATH, HOME: join(root, 'home') },
    user: { name: 'a', uid: process.getuid?.() ?? 0, home: join(root, 'home') },
    // What the machine that runs this test says of its clock is not what is tested.
    run: async (request) =>
      request.file.startsWith(state())
        ? execaRunner(request)
        : { exitCode: 0, signal: null, stdout: 'yes\n', stderr: '', timedOut: false },
  });
const folder = () => folderBackend('folder', join(root, 'machine'));
const script = () => join(root, 'rota/bin.js');
const command = () => ({ node: process.execPath, script: script() });

async function apply(jobs: readonly JobInput[], backends: readonly Backend[] = [folder()]): Promise<void> {
  const rota = createRota({ host: host(), backends, command: command() });
  const declaration = await declarationOf(jobs, { host: rota.host, source: 'test', tenant: 'acme' });
  const { maintenanceProblem } = await rota.apply(await rota.plan(declaration));
  expect(maintenanceProblem).toBeUndefined();
}
const examine = (more: { repair?: boolean; policy?: boolean; backends?: readonly Backend[] } = {}) =>
  diagnose({ host: host(), backends: [folder()], command: command(), ...more });
async function told(): Promise<readonly string[]> {
  const { findings } = await examine();
  return findings.map(({ severity, code, job }) => `${severity} ${code}${job === undefined ? '' : ` ${job}`}`);
}

const plain = { name: 'plain', schedule: '0 6 * * *', command: '/bin/true' };
/** Retries make it a job of the runner. */
const withRunner = { ...plain, retry: { enabled: true } };

it('finds nothing where nothing is wrong, and before anything is installed', async () => {
  expect(await examine()).toMatchObject({ ok: true, installedJobs: 0, findings: [], repaired: [] });
  await apply([plain, { ...withRunner, name: 'runner' }]);
  expect(await examine()).toMatchObject({ ok: true, installedJobs: 2, findings: [], namespaces: ['default'] });
});

describe('what would keep a job from running is an error', () => {
  it.each<[string, JobInput, string]>([
    ['its program is gone', { ...plain, command: '/nowhere/program' }, 'error command.missing acme/plain'],
    [
      'its program is not on the PATH of the scheduler',
      { ...plain, command: 'no-such-program-here' },
      'error command.missing acme/plain',
    ],
    ['a hook is gone', { ...withRunner, hooks: { before: ['/nowhere/hook'] } }, 'error command.missing acme/plain'],
    ['its folder is gone', { ...plain, workingDir: '/nowhere' }, 'error working-dir.missing acme/plain'],
    ['a variable is not set', { ...plain, env: { TOKEN: '${NOT_SET_ANYWHERE}' } }, 'error reference.unset acme/plain'],
    ['a file is gone', { ...plain, env: { TOKEN: '${file:/nowhere/token}' } }, 'error reference.file acme/plain'],
  ])('%s', async (_, job, finding) => {
    await apply([job]);
    expect(await told()).toEqual([finding]);
    expect((await examine()).ok).toBe(false);
  });

  it('is none for a paused job', async () => {
    await apply([{ ...plain, command: '/nowhere/program', paused: true }]);
    expect(await told()).toEqual([]);
  });

  it('the secrets file has a value, unless others can read it', async () => {
    await apply([{ ...plain, env: { TOKEN: '${TOKEN_OF_DOCTOR}' } }]);
    const secrets = join(root, 'home/.config/rota/secrets.env');
    mkdirSync(join(secrets, '..'), { recursive: true });
    writeFileSync(secrets, 'TOKEN_OF_DOCTOR=x\n', { mode: 0o600 });
    expect(await told()).toEqual([]);
    chmodSync(secrets, 0o644);
    expect(await told()).toEqual(['error secrets.open']);
  });

  it('its entry is gone, or was edited', async () => {
    await apply([plain, { ...plain, name: 'other' }]);
    rmSync(join(root, 'machine/default.acme.plain.entry'));
    const other = join(root, 'machine/default.acme.other.entry');
    writeFileSync(other, readFileSync(other, 'utf8').replace('/bin/true', '/bin/else'));
    expect((await told()).toSorted()).toEqual(['error drift.missing acme/plain', 'warning drift.edited acme/other']);
  });

  it('its launch file is damaged', async () => {
    await apply([withRunner]);
    const { launchFiles } = namespaceLayout(state(), 'default');
    writeFileSync(join(launchFiles, readdirSync(launchFiles)[0] ?? ''), '{}');
    expect(await told()).toEqual(['error launch-file acme/plain']);
  });

  it('its process of the embedded scheduler does not run', async () => {
    await apply([plain], [embedded()]);
    const { findings, ok } = await examine({ backends: [embedded()] });
    expect({ ok, findings }).toMatchObject({ ok: false, findings: [{ code: 'backend.embedded', remedy: 'rota run-all' }] });
  });

  it('its timers run only while the user is logged in', async () => {
    const systemd: Backend = {
      ...folderBackend('systemd', join(root, 'machine')),
      detect: async () => ({
        usable: true,
        dialect: { name: 'systemd', version: 257, linger: false },
        findings: [
          {
            severity: 'warning',
            message: 'a does not linger: timers run only while this user is logged in.',
            remedy: 'sudo loginctl enable-linger a',
          },
        ],
      }),
    };
    await apply([plain], [systemd]);
    const { findings, ok } = await examine({ backends: [systemd] });
    expect({ ok, findings }).toMatchObject({
      ok: false,
      findings: [{ code: 'systemd.linger', remedy: 'sudo loginctl enable-linger a' }],
    });
  });

  it('its backend cannot be used, or is not there', async () => {
    await apply([plain]);
    const broken: Backend = {
      ...folder(),
      detect: async () => ({
        usable: false,
        dialect: { name: 'folder' },
        findings: [{ severity: 'error', message: 'gone', remedy: 'mend it' }],
      }),
    };
    expect((await examine({ backends: [broken] })).findings.map(({ code }) => code)).toContain('backend.folder');
    expect((await examine({ backends: [embedded()] })).findings.map(({ code }) => code)).toContain('backend.unknown');
  });

  it('the clock was set back behind the last apply', async () => {
    await apply([plain]);
    clock -= 86_400_000;
    expect(await told()).toEqual(['error clock.behind']);
  });

  it('the clock was set back behind the last run, until something is recorded by the new one', async () => {
    await apply([withRunner]);
    const recordAt = (ms: number): void => {
      const endedAt = new Date(ms).toISOString();
      const [tenant, name] = ['acme', 'plain'];
      appendRecord(nodeFiles, namespaceLayout(state(), 'default'), sampleRecord({ tenant, name, runId: endedAt, endedAt }));
    };
    recordAt(clock + 2 * 3_600_000);
    const { ok, findings } = await examine();
    expect({ ok, findings }).toMatchObject({
      ok: false,
      findings: [{ code: 'clock.behind', message: expect.stringContaining('does not run a second time') }],
    });
    recordAt(clock);
    expect(await told()).toEqual([]);
  });
});

describe('a repair', () => {
  it('brings back the launcher and its runner', async () => {
    await apply([withRunner]);
    rmSync(join(state(), 'runner'), { recursive: true });
    expect(await told()).toEqual(['error launcher.runner-missing']);
    expect((await examine({ repair: true })).ok).toBe(true);
    rmSync(join(state(), 'bin'), { recursive: true });
    expect(await told()).toEqual(['error launcher.missing']);
    const { ok, repaired } = await examine({ repair: true });
    expect({ ok, repaired }).toEqual({ ok: true, repaired: [join(state(), 'bin/rota-run'), join(state(), 'bin/record')] });
  });

  it('records where Rota stands now, after its checkout was moved', async () => {
    await apply([{ ...plain, timezone: 'America/New_York' }]);
    expect((await told()).toSorted()).toEqual(['error command.moved', 'info maintenance.never']);
    mkdirSync(join(root, 'rota'));
    writeFileSync(script(), '');
    await examine({ repair: true });
    expect(await told()).toEqual(['info maintenance.never']);
  });
});

it('tells of rights that are too wide, and of a lock that nobody holds any more', async () => {
  await apply([plain]);
  chmodSync(state(), 0o755);
  writeFileSync(namespaceLayout(state(), 'default').lock, JSON.stringify({ pid: 2 ** 22 + 7, startTicks: '1', bootId: null }));
  expect((await told()).toSorted()).toEqual(['warning lock.stale', 'warning state.open']);
});

it('lists on request what Rota does not manage', async () => {
  const entry = { backend: 'folder', id: 'crontab:1', owner: 'a', text: '* * * * * old' };
  const { unmanaged } = await examine({ policy: true, backends: [{ ...folder(), inventory: async () => [entry] }] });
  expect(unmanaged).toContainEqual(entry);
  expect(await examine()).not.toHaveProperty('unmanaged');
});
