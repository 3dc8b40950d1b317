import { mkdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type ServiceUnderTest, serviceUnderTest } from '../service.fixture.ts';
import type { BundleInput } from '../spec/define-bundle.ts';
import { captureBundle } from './capture.ts';
import { neededBytes } from './needed-bytes.ts';
import { freeBytes } from './plan-capture.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

test('what stands still is copied and bundled; where nothing waits, large files need room only in the bundle', () => {
  const mb = 1024 * 1024;
  for (const [name, size] of [
    ['small', mb],
    ['large', 8 * mb],
    ['app.db', 8 * mb],
  ] as const) {
    writeFileSync(join(service.root, name), '');
    truncateSync(join(service.root, name), size);
  }
  const databases: BundleInput['databases'] = [{ kind: 'sqlite', name: 'app', path: join(service.root, 'app.db') }];
  const needed = (change: Partial<BundleInput>): number => {
    const count = neededBytes(service.spec({ databases, ...change }));
    for (const name of ['small', 'large', 'app.db'])
      count.add(`data/data/${name}`, statSync(join(service.root, name), { bigint: true }));
    return Math.round(count.total() / mb);
  };
  expect(needed({})).toBe(34);
  expect(needed({ stop: [] })).toBe(26);
  expect(needed({ stop: [], encrypt: { recipients: ['age1x'] } })).toBe(34);
});

test('a capture for which there is too little room stops nothing', async () => {
  const stopped = join(service.folder, 'stopped');
  const stop = [{ name: 'app', running: ['true'], stop: ['mkdir', stopped], start: ['true'] }];
  // Holes: enough room for it once, and not for it twice.
  const large = join(service.root, 'large');
  writeFileSync(large, '');
  truncateSync(large, Math.floor(freeBytes(service.folder) * 0.7));
  const capturing = captureBundle({ host: service.host(), namespace: 'default', spec: service.spec({ stop }) });
  await expect(capturing).rejects.toMatchObject({ code: 'ROTA_BUNDLE_SPACE' });
  expect(() => mkdirSync(stopped)).not.toThrow();
  rmSync(large);
});
