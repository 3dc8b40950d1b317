import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { bundleLayout } from '../bundle/bundle-layout.ts';
import { captureBundle } from '../bundle/capture/capture.ts';
import { serviceUnderTest } from '../bundle/service.fixture.ts';
import { declarationOf } from '../config/declaration-of.ts';
import { createRota } from '../face/create-rota.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { JobInput } from '../job/job-input.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { seedHandled } from '../run/admit/job-state.ts';
import { installCommand, installedCommand } from '../run/launch/install-command.ts';
import { namespaceLayout } from '../state/layout.ts';
import { withLock } from '../state/lock.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { maintain } from './maintain.ts';
import { ensureMaintenance } from './maintenance-job.ts';
import { readMaintenance } from './maintenance-report.ts';

let root: string;
let clock: number;
let zoneRoots: readonly string[] | undefined;
/** What a launch file tells of the machine that it was made on. */
let surroundings: { readonly home: string; readonly env: Readonly<Record<string, string>> };
beforeEach(() => {
  root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-maintain-'));
  for (const name of ['machine', 'home']) mkdirSync(join(root, name));
  clock = Date.UTC(2026, 10, 21, 12, 30);
  zoneRoots = undefined;
  surroundings = { home: join(root, 'home'), env: { XDG_CONFIG_HOME: join(root, 'config') } };
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const backends = () => [folderBackend('folder', join(root, 'machine'))];
const host = () =>
  createHost({
    stateDir: join(root, 'state'),
    timezone: 'UTC',
    ...(zoneRoots === undefined ? {} : { zoneRoots }),
    now: () => clock,
    env: surroundings.env,
    user: { name: 'a', uid: 1000, home: surroundings.home },
  });
const command = { node: process.execPath, script: '/opt/rota/bin.js' };
const rotaOf = (namespace = 'default') => createRota({ host: host(), backends: backends(), namespace, command });
const machine = () => readdirSync(join(root, 'machine')).filter((name) => name.endsWith('.entry'));

async function apply(jobs: readonly JobInput[], namespace = 'default') {
  const rota = rotaOf(namespace);
  return rota.apply(await rota.plan(await declarationOf(jobs, { host: rota.host, source: 'test', tenant: 'acme' })));
}

const plain = { name: 'plain', schedule: '0 6 * * *', command: '/bin/true' };
const zoned = { ...plain, name: 'zoned', timezone: 'America/New_York' };

it('the maintenance job comes with what needs it and goes with it, in a namespace of its own', async () => {
  const first = await apply([plain]);
  expect(first).not.toHaveProperty('maintenanceProblem');
  expect(machine()).toEqual(['default.acme.plain.entry']);
  const second = await apply([plain, zoned]);
  expect(second.changes).toMatchObject([{ name: 'zoned' }]);
  expect(machine()).toContain('rota.rota.maintenance.entry');
  const [job] = await rotaOf('rota').status();
  expect(job).toMatchObject({
    tenant: 'rota',
    name: 'maintenance',
    state: 'waiting',
    schedule: expect.stringMatching(/^\d+ 4 \* \* \*$/),
  });
  expect(readFileSync(join(root, 'machine/rota.rota.maintenance.entry'), 'utf8')).toContain(join(root, 'state/bin/rota'));
  expect(await apply([plain, zoned])).toMatchObject({ changes: [] });
  await rotaOf().destroy();
  expect(machine()).toEqual([]);
});

it('the maintenance job of another state folder is left alone, until a repair says that it is gone', async () => {
  await apply([zoned]);
  const entry = () => readFileSync(join(root, 'machine/rota.rota.maintenance.entry'), 'utf8');
  const before = entry();
  const other = createRota({
    host: { ...host(), stateDir: join(root, 'other') },
    backends: backends(),
    namespace: 'second',
    command,
  });
  const declared = await declarationOf([zoned], { host: other.host, source: 'test', tenant: 'acme' });
  const { maintenanceProblem } = await other.apply(await other.plan(declared));
  expect(maintenanceProblem).toContain('rota doctor --repair');
  expect(entry()).toBe(before);
  await other.destroy();
  expect(entry()).toBe(before);
  await other.apply(await other.plan(declared));
  await ensureMaintenance({ host: other.host, backends: backends(), backend: 'folder', command, takeOver: true });
  expect(entry()).toContain(join(root, 'other/bin/rota'));
});

it.each([
  { name: 'checks in', checkin: { url: 'https://example.org/ping' } },
  { name: 'is often', schedule: '*/5 * * * *' },
  { name: 'has state', state: { roots: [{ name: 'data', path: '/srv/data' }] } },
  { name: 'tells what is missed', alerts: { on: 'missed' as const, command: '/bin/true' } },
])('a job that $name needs it', async ({ name: _, ...extra }) => {
  const result = await apply([{ ...plain, ...extra }] as readonly JobInput[]);
  expect(result).not.toHaveProperty('maintenanceProblem');
  expect(machine()).toContain('rota.rota.maintenance.entry');
});

it('renews horizons of installed jobs, and only those; a plan from the declaration is then empty', async () => {
  await apply([plain, zoned]);
  expect((await maintain(host(), backends())).namespaces.flatMap(({ renewed }) => renewed)).toEqual([]);
  clock += 6 * 365 * 86_400_000;
  const report = await maintain(host(), backends());
  expect(report).toMatchObject({
    ok: true,
    ranAt: '2032-11-19T12:30:00Z',
    namespaces: [
      { namespace: 'default', renewed: ['acme/plain', 'acme/zoned'], problems: [] },
      { namespace: 'rota', renewed: ['rota/maintenance'] },
    ],
  });
  expect(readMaintenance(host())).toEqual(report);
  const rota = rotaOf();
  const plan = await rota.plan(await declarationOf([plain, zoned], { host: rota.host, source: 'test', tenant: 'acme' }));
  expect(hasChanges(plan)).toBe(false);
});

it('a rollback still holds after its horizons were renewed', async () => {
  await apply([zoned]);
  await apply([{ ...zoned, command: '/bin/false' }]);
  await rotaOf().rollback();
  clock += 6 * 365 * 86_400_000;
  await maintain(host(), backends());
  expect((await rotaOf().generations()).at(-1)).toMatchObject({
    number: 4,
    cause: 'rollback',
    restored: 1,
    entries: [{ job: { command: ['/bin/true'] } }],
  });
});

describe('a rollback compiles again what time has made stale, and nothing else:', () => {
  const installed = () =>
    Object.fromEntries(
      ['plain', 'zoned'].map((name) => [name, readFileSync(join(root, 'machine', `default.acme.${name}.entry`), 'utf8')]),
    );
  const empty = async () => {
    const rota = rotaOf();
    return !hasChanges(await rota.plan(await declarationOf([plain, zoned], { host: rota.host, source: 'test', tenant: 'acme' })));
  };

  it('a horizon that is used up', async () => {
    await apply([plain, zoned]);
    const before = installed();
    await apply([plain, { ...zoned, command: '/bin/false' }]);
    await rotaOf().rollback();
    expect(installed()).toEqual(before);
    await apply([plain, { ...zoned, command: '/bin/false' }]);
    clock += 6 * 365 * 86_400_000;
    await rotaOf().rollback();
    expect(installed().zoned).toMatch(/fromYear\\":2032/);
    expect((await rotaOf().generations()).at(-1)).toMatchObject({ number: 5, cause: 'rollback', restored: 3 });
    expect(await empty()).toBe(true);
    expect((await maintain(host(), backends())).namespaces[0]).toMatchObject({ renewed: [] });
  });

  it('data of a zone that changed', async () => {
    await apply([plain, zoned]);
    const before = installed();
    await apply([plain, { ...zoned, command: '/bin/false' }]);
    zoneRoots = [join(root, 'zones')];
    mkdirSync(join(root, 'zones/America'), { recursive: true });
    copyFileSync('/usr/share/zoneinfo/Africa/Cairo', join(root, 'zones/America/New_York'));
    copyFileSync('/usr/share/zoneinfo/UTC', join(root, 'zones/UTC'));
    await rotaOf().rollback();
    expect(installed().plain).toBe(before.plain);
    expect(await empty()).toBe(true);
  });

  it.each([
    ['a rollback', async () => void (await rotaOf().rollback())],
    ['maintenance', async () => void (await maintain(host(), backends()))],
  ])('what is compiled again by %s starts its followers and has its secrets, whoever compiles it', async (_, renew) => {
    const follow: JobInput = { name: 'follow', on: { after: 'zoned' }, command: '/bin/true' };
    await apply([zoned, follow]);
    const launchOf = async (name: string) => {
      const rota = rotaOf();
      const generation = (await rota.generations()).at(-1);
      const file = generation?.entries.find(({ job }) => job.name === name)?.launchFile ?? '';
      return JSON.parse(readFileSync(join(namespaceLayout(rota.host.stateDir, 'default').launchFiles, file), 'utf8'));
    };
    const before = await launchOf('zoned');
    expect(before.followers).toMatchObject([{ name: 'follow', start: null, launchFile: expect.any(String) }]);
    await apply([{ ...zoned, command: '/bin/false' }, follow]);
    if (_ === 'maintenance') await rotaOf().rollback();
    clock += 6 * 365 * 86_400_000;
    surroundings = { home: join(root, 'elsewhere'), env: { XDG_CONFIG_HOME: join(root, 'other') } };
    await renew();
    const after = await launchOf('zoned');
    expect([after.command, after.secretsFile]).toEqual([before.command, before.secretsFile]);
    expect(after.followers[0].launchFile).not.toBe(before.followers[0].launchFile);
    expect(existsSync(after.followers[0].launchFile)).toBe(true);
  });

  it('also where another source has taken the place of the one that declared it', async () => {
    await apply([zoned]);
    const rota = rotaOf();
    const other = await declarationOf([{ ...zoned, command: '/bin/false' }], {
      host: rota.host,
      source: 'other',
      tenant: 'acme',
    });
    await rota.apply(await rota.plan(other, { takeOver: true }));
    clock += 6 * 365 * 86_400_000;
    await rota.rollback();
    expect(readFileSync(join(root, 'machine/default.acme.zoned.entry'), 'utf8')).toMatch(/fromYear\\":2032/);
  });

  it('or installs it as it was where that cannot be compiled any more', async () => {
    await apply([plain, zoned]);
    const before = installed();
    await apply([plain, { ...zoned, command: '/bin/false' }]);
    zoneRoots = [join(root, 'nowhere')];
    await rotaOf().rollback();
    expect(installed()).toEqual(before);
  });
});

it('tells once that a fire time was missed', async () => {
  const told = join(root, 'told');
  await apply([{ ...plain, alerts: { on: 'missed', command: ['/bin/sh', '-c', `cat >> ${told}`] } }]);
  clock = Date.UTC(2026, 10, 22, 6, 5);
  expect((await maintain(host(), backends())).namespaces[0]?.missed).toEqual([]);
  clock = Date.UTC(2026, 10, 22, 7, 0);
  expect((await maintain(host(), backends())).namespaces[0]?.missed).toEqual(['acme/plain']);
  expect((await maintain(host(), backends())).namespaces[0]?.missed).toEqual([]);
  expect(JSON.parse(readFileSync(told, 'utf8'))).toMatchObject({
    event: 'missed',
    job_name: 'plain',
    scheduled_at: '2026-11-22T06:00:00Z',
  });
});

it('tells that a fire time was missed, whatever was told and handled before the clock was set back', async () => {
  await apply([{ ...plain, alerts: { on: 'missed', command: ['/bin/true'] } }]);
  const missed = async () => (await maintain(host(), backends())).namespaces[0]?.missed;
  clock = Date.UTC(2036, 4, 2, 7, 0);
  expect(await missed(), 'renewed, which is when it begins to count').toEqual([]);
  clock = Date.UTC(2036, 4, 3, 7, 0);
  expect(await missed()).toEqual(['acme/plain']);
  seedHandled(nodeFiles, namespaceLayout(host().stateDir, 'default'), { tenant: 'acme', name: 'plain' }, clock / 1000);
  clock = Date.UTC(2026, 10, 22, 7, 0);
  await maintain(host(), backends());
  clock = Date.UTC(2026, 10, 23, 7, 0);
  expect(await missed()).toEqual(['acme/plain']);
  expect(await missed()).toEqual([]);
});

it('drops old records, and one namespace that cannot be maintained keeps no other from it', async () => {
  await apply([zoned], 'broken');
  await apply([zoned], 'sound');
  const { files } = host();
  files.write(join(namespaceLayout(host().stateDir, 'sound').runs, '2024-01.jsonl'), '{}\n');
  files.write(namespaceLayout(host().stateDir, 'broken').journal, 'damaged');
  const report = await maintain(host(), backends());
  expect(report.ok).toBe(false);
  expect(report.namespaces.find(({ namespace }) => namespace === 'broken')?.problems[0]).toContain('recovery');
  expect(report.namespaces.find(({ namespace }) => namespace === 'sound')).toMatchObject({
    dropped: ['2024-01.jsonl'],
    problems: [],
  });
});

it('the command that maintenance starts is found again in odd places', () => {
  const place = { node: process.execPath, script: join(root, "it's here/bin.js") };
  expect(installCommand(host(), place)).toHaveLength(1);
  expect(installCommand(host(), place)).toEqual([]);
  expect(installedCommand(host())).toEqual(place);
  const windows = { ...host(), platform: 'win32' } as const;
  const there = { node: 'C:\\100%\\node.exe', script: 'C:\\Users\\Jörg & Söhne\\bin.js' };
  const [file = ''] = installCommand(windows, there);
  expect(installedCommand(windows)).toEqual(there);
  // cmd.exe reads the code page of Windows until it is told otherwise.
  expect(readFileSync(file, 'utf8')).toMatch(/chcp 65001 >nul\r\nset "node=/);
});

it('starts the service that a capture left stopped, and leaves a capture that is under way alone', async () => {
  const service = serviceUnderTest();
  try {
    const machine = service.host();
    const { lock, work } = bundleLayout(machine.stateDir, 'default');
    const rota = createRota({ host: machine, backends: backends() });
    await rota.apply(await rota.plan(await declarationOf([plain], { host: machine, source: 'test', tenant: 'acme' })));
    service.start();
    const run: Host['run'] = async (request) => {
      if (request.file === 'touch') throw new Error('this process ends here');
      return machine.run(request);
    };
    const capture = captureBundle({ host: { ...machine, run }, namespace: 'default', spec: service.spec() });
    await expect(capture).rejects.toThrow('ends here');
    expect(service.running()).toBe(false);
    const maintained = async () => (await maintain(machine, backends())).namespaces;
    await withLock(machine, lock, { purpose: 'capture' }, async () => {
      expect(await maintained()).toMatchObject([{ namespace: 'default', bundles: [], problems: [] }]);
    });
    expect(service.running()).toBe(false);
    expect(await maintained()).toMatchObject([
      { bundles: [{ work: expect.stringMatching(/^capture-/), outcome: 'undone', started: ['app'] }], problems: [] },
    ]);
    expect(service.running()).toBe(true);
    expect(readdirSync(work)).toEqual([]);
  } finally {
    service.remove();
  }
});

it('renews a job whose required command is gone, so that its dated lines do not run out as well', async () => {
  const tool = join(root, 'home/tool');
  writeFileSync(tool, '#!/bin/sh\n', { mode: 0o755 });
  await apply([{ ...zoned, requires: { commands: [tool] } }]);
  rmSync(tool);
  await expect(apply([{ ...zoned, requires: { commands: [tool] } }])).rejects.toMatchObject({ code: 'ROTA_REQUIREMENT_MISSING' });
  clock += 6 * 365 * 86_400_000;
  expect((await maintain(host(), backends())).namespaces[0]).toMatchObject({ renewed: ['acme/zoned'], problems: [] });
});
