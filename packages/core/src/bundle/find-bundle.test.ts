import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { pruneBundles } from './prune-bundles.ts';
import { restoreBundle } from './restore/restore.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

const day = 86_400_000;
const at = (ms: number) => service.host(undefined, { now: () => Date.now() + ms });
const captureAt = (ms: number) => captureBundle({ host: at(ms), namespace: 'default', spec: service.spec(), full: true });
const latestAt = (ms: number) => {
  const host = at(ms);
  return findBundle({ host, namespace: 'default', store: openStore(host, 'default'), which: 'latest', of: service.spec() });
};

test('a clock that was set back makes no older bundle the latest, and that is told', async () => {
  const early = await captureAt(-2 * day);
  const ahead = await captureAt(day);
  const { notes } = await captureAt(0);
  expect(notes).toEqual([expect.stringContaining(`${ahead.bundle?.id} is dated`)]);
  await expect(latestAt(0)).rejects.toMatchObject({
    code: 'ROTA_BUNDLE_UNKNOWN',
    message: expect.stringContaining(String(ahead.bundle?.id)),
  });
  // When its time has come, it is the latest again; and on a machine whose clock is not set yet, the last of all.
  expect((await latestAt(2 * day)).sidecar?.id).toBe(ahead.bundle?.id);
  expect((await latestAt(-9 * day)).sidecar?.id).toBe(ahead.bundle?.id);
  expect(early.notes).toEqual([]);
});

test('a bundle that is pruned between its choice and its restore is missed by name, and nothing is stopped', async () => {
  await captureAt(0);
  const bundle = await latestAt(0);
  await captureAt(0);
  const host = service.host();
  service.start();
  writeFileSync(join(service.root, 'one'), 'later state\n');
  const store = openStore(host, 'default');
  await pruneBundles({
    host,
    namespace: 'default',
    store,
    of: service.spec(),
    retention: { ...service.spec().retention, last: 1 },
  });
  expect(existsSync(bundle.path)).toBe(false);
  await expect(restoreBundle({ host, namespace: 'default', spec: service.spec(), bundle })).rejects.toMatchObject({
    code: 'ROTA_BUNDLE_UNKNOWN',
  });
  expect(service.running()).toBe(true);
  expect(readFileSync(join(service.root, 'one'), 'utf8')).toBe('later state\n');
});

test('two captures at once: the second waits for the first, then is refused, and neither leaves the service stopped', async () => {
  service.start();
  const reached = join(service.folder, 'reached');
  const dump = ['sh', '-c', `: >${reached}; while test -e ${reached}; do sleep 0.05; done; echo dump`];
  const spec = service.spec({ databases: [{ kind: 'command', name: 'db', dump }] });
  const first = captureBundle({ host: service.host(), namespace: 'default', spec });
  await expect.poll(() => existsSync(reached)).toBe(true);
  let waited = 0;
  // The wait of ten seconds, without waiting.
  const host = service.host(undefined, {
    now: () => Date.now() + waited,
    async sleep(ms) {
      waited += ms * 20;
    },
  });
  await expect(captureBundle({ host, namespace: 'default', spec })).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD' });
  expect(service.running()).toBe(false);
  rmSync(reached);
  expect(await first).toMatchObject({ outcome: 'ok', stopped: ['app'] });
  expect(service.running()).toBe(true);
});
