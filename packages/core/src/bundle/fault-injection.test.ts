import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type FaultPlan, faultyFiles } from '../apply/faulty-files.fixture.ts';
import type { Files } from '../host/files.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bundleLayout } from './bundle-layout.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { recoverBundles } from './recover-bundles.ts';
import { restoreBundle } from './restore/restore.ts';
import { verifyBundle } from './restore/verify-bundle.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
});
afterEach(() => service.remove());

/** What the next command does after the process is gone; that a dead owner's lock is broken is shown where locks are tested. */
async function recoverAfterDeath(): Promise<void> {
  const { root } = bundleLayout(service.host().stateDir, 'default');
  for (const name of nodeFiles.list(root)) if (name.startsWith('lock')) nodeFiles.remove(join(root, name));
  await recoverBundles(service.host(), 'default');
}

const one = (): string => readFileSync(join(service.root, 'one'), 'utf8');
const beside = (): readonly string[] =>
  readdirSync(join(service.root, '..')).filter((name) => !/^\.rota-(before|restored)-/.test(name));
const capture = (files: Files) => captureBundle({ host: service.host(files), namespace: 'default', spec: service.spec() });
const modes: readonly FaultPlan['mode'][] = ['error', 'kill', 'kill-after'];

describe.each(modes)('a capture in which one effect fails (%s)', (mode) => {
  it('leaves the service running and the store with whole bundles, whichever effect it is', async () => {
    for (let at = 1; ; at++) {
      service.start();
      const files = faultyFiles(nodeFiles, { at, mode });
      const failed = await capture(files).then(
        () => false,
        () => true,
      );
      await recoverAfterDeath();
      expect(service.running(), `effect ${at}: the service was left stopped`).toBe(true);
      const store = openStore(service.host(), 'default');
      for (const sidecar of await store.list())
        await verifyBundle({
          host: service.host(),
          namespace: 'default',
          level: 1,
          bundle: { path: store.placeOf(sidecar), sidecar },
        });
      expect(existsSync(store.place) ? readdirSync(store.place).filter((name) => name.endsWith('.partial')) : []).toEqual([]);
      expect(nodeFiles.list(bundleLayout(service.host().stateDir, 'default').work)).toEqual([]);
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(100);
    }
  });
});

describe.each(modes)('a restore in which one effect fails (%s)', (mode) => {
  it('leaves the old or the new state, whole, and the service running', async () => {
    await capture(nodeFiles);
    const outcomes = new Set<string>();
    for (let at = 1; ; at++) {
      writeFileSync(join(service.root, 'one'), 'later state\n');
      service.start();
      const files = faultyFiles(nodeFiles, { at, mode });
      const host = service.host(files);
      const spec = service.spec();
      const bundle = await findBundle({
        host: service.host(),
        namespace: 'default',
        store: openStore(service.host(), 'default'),
        which: 'latest',
      });
      const failed = await restoreBundle({ host, namespace: 'default', spec, bundle, keepPrevious: at % 2 === 0 }).then(
        () => false,
        () => true,
      );
      await recoverAfterDeath();
      expect(service.running(), `effect ${at}: the service was left stopped`).toBe(true);
      expect(['first state\n', 'later state\n'], `effect ${at}`).toContain(one());
      expect(readFileSync(join(service.root, 'sub', 'two'), 'utf8')).toHaveLength(3000);
      expect(beside(), `effect ${at}: left-overs`).toEqual(['data']);
      outcomes.add(one());
      if (!failed && files.count() < at) break;
      expect(at).toBeLessThan(100);
    }
    expect(outcomes.size).toBe(2);
  });
});
