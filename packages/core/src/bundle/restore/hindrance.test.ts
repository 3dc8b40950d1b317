import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirePart, rootPart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureBundle } from '../capture/capture.ts';
import { planCapture } from '../capture/plan-capture.ts';
import { findBundle } from '../find-bundle.ts';
import { inspectTarget } from '../migrate/inspect-target.ts';
import { protocolVersion } from '../migrate/protocol.ts';
import { type ServiceUnderTest, serviceUnderTest } from '../service.fixture.ts';
import type { BundleInput } from '../spec/define-bundle.ts';
import { openStore } from '../store/open-store.ts';
import { restoreBundle } from './restore.ts';

requirePart(rootPart)('a root that a restore would have to tear from its place', () => {
  let service: ServiceUnderTest;
  const mounted: string[] = [];
  const mount = (place: string, ...args: readonly string[]): void => {
    mkdirSync(place, { recursive: true });
    execFileSync('mount', [...args, place]);
    mounted.push(place);
  };
  beforeEach(() => {
    service = serviceUnderTest();
    service.start();
  });
  afterEach(() => {
    for (const place of mounted.splice(0).reverse()) execFileSync('umount', [place]);
    service.remove();
  });
  const restore = async () => {
    const host = service.host();
    const spec = service.spec();
    const bundle = await findBundle({ host, namespace: 'default', store: openStore(host, 'default'), which: 'latest' });
    return await restoreBundle({ host, namespace: 'default', spec, bundle, keepPrevious: false });
  };
  const problemsThere = async () => {
    const request = {
      ask: 'prepare',
      version: protocolVersion,
      id: '0123456789ab',
      namespace: 'default',
      from: 'x',
      replace: true,
      dryRun: true,
    } as const;
    const spec = { ...service.spec(), services: [] };
    return (await inspectTarget(service.host(), { ...request, spec, bases: { data: 'data' } })).problems;
  };
  const capture = () => captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(), full: true });

  test.each([
    ['another disk', 'tmpfs', (place: string) => mount(place, '-t', 'tmpfs', 'tmpfs')],
    ['a folder of the same disk', 'bind', (place: string) => mount(place, '--bind', join(service.folder, 'elsewhere'))],
  ])('because %s is mounted in it is refused, and what is there stays', async (_title, _kind, mountAt) => {
    mkdirSync(join(service.folder, 'elsewhere'));
    const media = join(service.root, 'with blank');
    mountAt(media);
    writeFileSync(join(media, 'film'), 'only copy');
    await capture();
    // It is in the bundle, and told of before somebody needs it.
    expect((await planCapture(service.spec())).findings).toMatchObject([
      { severity: 'warning', message: expect.stringContaining(media) },
    ]);
    await expect(restore()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_TARGET', message: expect.stringContaining(media) });
    expect(readFileSync(join(media, 'film'), 'utf8')).toBe('only copy');
    expect(service.running()).toBe(true);
    expect(await problemsThere()).toEqual([expect.stringContaining(media)]);
  });

  test('because it is one itself is refused before anything stops', async () => {
    await capture();
    mount(service.root, '--bind', join(service.folder, 'app', 'data'));
    await expect(restore()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_TARGET' });
    expect(service.running()).toBe(true);
    expect(await problemsThere()).toEqual([expect.stringContaining(service.root)]);
  });

  test('is restored where only the folder above it is a link to another disk', async () => {
    await capture();
    const disk = join(service.folder, 'disk');
    mount(disk, '-t', 'tmpfs', 'tmpfs');
    rmSync(join(service.folder, 'app'), { recursive: true });
    mkdirSync(join(disk, 'data'));
    symlinkSync(disk, join(service.folder, 'app'));
    await restore();
    expect(readFileSync(join(disk, 'data', 'one'), 'utf8')).toBe('first state\n');
  });

  test('because it is a symbolic link is refused: what it leads to would be left behind', async () => {
    await capture();
    const real = join(service.folder, 'real');
    execFileSync('mv', [service.root, real]);
    symlinkSync(real, service.root);
    await expect(restore()).rejects.toMatchObject({ code: 'ROTA_BUNDLE_TARGET', message: expect.stringContaining(real) });
    expect(existsSync(join(real, 'one'))).toBe(true);
  });
});

test('a root with the state of Rota or a store of bundles in it is refused, unless they are left out', async () => {
  const service = serviceUnderTest();
  try {
    service.start();
    const { folder } = service;
    const capture = (exclude: readonly string[], change: Partial<BundleInput> = {}) => {
      const spec = service.spec({ roots: [{ name: 'all', path: folder, exclude }], ...change });
      return captureBundle({ host: service.host(), namespace: 'default', spec, full: true });
    };
    const refused = { code: 'ROTA_BUNDLE_DECLARATION', message: expect.stringContaining('the state of Rota itself') };
    await expect(capture([])).rejects.toMatchObject(refused);
    symlinkSync(folder, `${folder}-link`);
    const roots = [{ name: 'all', path: `${folder}-link/app/..` }];
    await expect(capture([], { roots })).rejects.toMatchObject(refused);
    const stores = [{ kind: 'folder' as const, path: join(folder, 'bundles') }];
    await expect(capture(['/state'], { stores })).rejects.toThrow('a store of bundles');
    expect(service.running()).toBe(true);
    const { place, bundle } = await capture(['/state', '/running']);
    expect(execFileSync('tar', ['-tf', place]).toString()).not.toContain('state/');
    // To put it aside would take the journal of the restore away.
    const spec = service.spec({ roots: [{ name: 'all', path: folder, exclude: ['/state', '/running'] }] });
    const restoring = restoreBundle({
      host: service.host(),
      namespace: 'default',
      spec,
      bundle: { path: place, sidecar: bundle ?? undefined },
    });
    await expect(restoring).rejects.toMatchObject({
      code: 'ROTA_BUNDLE_TARGET',
      message: expect.stringContaining('state of Rota'),
    });
  } finally {
    rmSync(`${service.folder}-link`, { force: true });
    service.remove();
  }
});
