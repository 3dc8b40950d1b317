import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { requirePart, rootPart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { bundleLayout } from '../bundle-layout.ts';
import { type ServiceUnderTest, serviceUnderTest } from '../service.fixture.ts';
import type { BundleInput } from '../spec/define-bundle.ts';
import { openStore } from '../store/open-store.ts';
import { captureBundle } from './capture.ts';

requirePart(rootPart)('a disk that becomes full in a capture', () => {
  let service: ServiceUnderTest;
  const mounted: string[] = [];
  /** A disk of a few megabytes. */
  const disk = (place: string, size: string): string => {
    mkdirSync(place, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${size}`, 'tmpfs', place]);
    mounted.push(place);
    return place;
  };
  beforeEach(() => {
    service = serviceUnderTest();
    service.start();
  });
  afterEach(() => {
    // The guard has its script open for a second more.
    for (const place of mounted.splice(0)) execFileSync('umount', ['--lazy', place]);
    service.remove();
  });
  const capture = (change: Partial<BundleInput>) =>
    captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(change), full: true });
  const works = (): readonly string[] => readdirSync(bundleLayout(service.host().stateDir, 'default').work);

  test('that of a store: what it has stays, nothing half is added, and the service runs', async () => {
    const path = disk(join(service.folder, 'store'), '1m');
    const change: Partial<BundleInput> = { stores: [{ kind: 'folder', path }] };
    const { bundle } = await capture(change);
    const before = readdirSync(path);
    writeFileSync(join(service.root, 'large'), randomBytes(2_000_000));
    await expect(capture(change)).rejects.toMatchObject({ code: 'ROTA_BUNDLE_STORE', message: expect.stringContaining(path) });
    expect(service.running()).toBe(true);
    expect(readdirSync(path)).toEqual(before);
    const store = openStore(service.host(), 'default', service.spec(change));
    expect((await store.list()).map(({ id }) => id)).toEqual([bundle?.id]);
    expect(works()).toEqual([]);
  });

  test('that of the copies, while the service stands still: it runs again, and nothing is left', async () => {
    disk(join(service.folder, 'state'), '16m');
    writeFileSync(join(service.root, 'large'), randomBytes(3_000_000));
    const hooks = { beforeCapture: [['sh', '-c', `head -c 14M /dev/zero >${join(service.folder, 'state', 'filler')}; :`]] };
    await expect(capture({ hooks })).rejects.toMatchObject({
      code: 'ROTA_BUNDLE_CAPTURE',
      message: expect.stringContaining('ENOSPC'),
    });
    expect(service.running()).toBe(true);
    expect(existsSync(bundleLayout(service.host().stateDir, 'default').store)).toBe(false);
    expect(works()).toEqual([]);
  });
});
