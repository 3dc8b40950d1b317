import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bundleLayout } from './bundle-layout.ts';
import { captureBundle } from './capture/capture.ts';
import { findBundle } from './find-bundle.ts';
import { restoreBundle } from './restore/restore.ts';
import { verifyBundle } from './restore/verify-bundle.ts';
import { type ServiceUnderTest, serviceUnderTest } from './service.fixture.ts';
import type { BundleInput } from './spec/define-bundle.ts';
import { openStore } from './store/open-store.ts';

let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
  service.start();
});
afterEach(() => service.remove());

const reached = () => join(service.folder, 'reached');
/** A command that is under way, with another below it, and would be for long; whoever is interrupted waits for neither. */
const long = (): readonly string[] => ['sh', '-c', `sleep 1000 & : >${reached()}; wait; echo`];
const database = (change: object): Partial<BundleInput> => ({
  databases: [{ kind: 'command', name: 'db', dump: ['echo', 'dump'], ...change }],
});
const layout = () => bundleLayout(service.host().stateDir, 'default');
const left = (): readonly string[] =>
  [layout().work, layout().scratch].flatMap((folder) => (existsSync(folder) ? readdirSync(folder) : []));

/** Interrupts what is begun as soon as the long command runs, or a phase is told of. */
async function interrupted(begin: (signal: AbortSignal, onPhase: (phase?: string) => void) => Promise<unknown>, at?: string) {
  const controller = new AbortController();
  const watch = setInterval(() => existsSync(reached()) && controller.abort(), 5);
  try {
    return await begin(controller.signal, (phase) => (at === undefined || phase !== at ? undefined : controller.abort())).then(
      () => undefined,
      (error: unknown) => error,
    );
  } finally {
    clearInterval(watch);
  }
}
const capture = (change: Partial<BundleInput> = {}) =>
  captureBundle({ host: service.host(), namespace: 'default', spec: service.spec(change), full: true });

describe('a capture that is interrupted', () => {
  const phases: readonly (readonly [string, () => Partial<BundleInput>, string | undefined])[] = [
    ['while it looks', () => ({}), 'look'],
    ['in beforeCapture', () => ({ hooks: { beforeCapture: [long()] } }), undefined],
    ['while a database is dumped', () => database({ dump: long() }), undefined],
    ['while it reads', () => ({}), 'read'],
    ['while it writes', () => ({}), 'write'],
  ];
  test.each(phases)('%s leaves the service running and nothing half', async (_title, change, at) => {
    // Large enough that there is something to do behind the first piece.
    for (let name = 0; name < 600; name++) writeFileSync(join(service.root, `f${name}`), Buffer.alloc(10_000, name));
    const error = await interrupted(
      (signal, onProgress) =>
        captureBundle({
          host: service.host(),
          namespace: 'default',
          spec: service.spec(change()),
          full: true,
          signal,
          onProgress,
        }),
      at,
    );
    expect(error).toMatchObject({ code: 'ROTA_INTERRUPTED', message: expect.stringContaining('The capture was interrupted') });
    expect(service.running()).toBe(true);
    expect(await openStore(service.host(), 'default').list()).toEqual([]);
    expect(left()).toEqual([]);
  });
});

test('a capture that is interrupted does not wait for extended attributes, which are read beside it', async () => {
  const plain = service.host();
  const [file = '', ...args] = long();
  const host = service.host(undefined, {
    run: async (request) => await plain.run(request.file === 'getfattr' ? { ...request, file, args } : request),
  });
  const error = await interrupted((signal) =>
    captureBundle({ host, namespace: 'default', spec: service.spec(), full: true, signal }),
  );
  expect(error).toMatchObject({ code: 'ROTA_INTERRUPTED' });
  expect(service.running()).toBe(true);
  expect(left()).toEqual([]);
});

describe('a restore that is interrupted', () => {
  const one = (): string => readFileSync(join(service.root, 'one'), 'utf8');
  const phases: readonly (readonly [string, () => Partial<BundleInput>, string | undefined])[] = [
    ['while it unpacks', () => ({}), 'unpack'],
    ['while a dump is checked', () => database({ verify: long() }), undefined],
    ['in beforeRestore', () => ({ hooks: { beforeRestore: [long()] } }), undefined],
    ['in reissue, when the roots are swapped', () => ({ hooks: { reissue: [long()] } }), undefined],
    [
      'while a database is fed',
      () => database({ restore: ['sh', '-c', `test -e ${reached()} || { sleep 1000 & : >${reached()}; wait; }`] }),
      undefined,
    ],
    ['in health', () => ({ hooks: { health: [long()] } }), undefined],
  ];
  test.each(phases)('%s leaves everything as it was', async (_title, change, at) => {
    await capture(database({}));
    writeFileSync(join(service.root, 'one'), 'later state\n');
    const host = service.host();
    const bundle = await findBundle({ host, namespace: 'default', store: openStore(host, 'default'), which: 'latest' });
    const error = await interrupted(
      (signal, onPhase) =>
        restoreBundle({
          host,
          namespace: 'default',
          spec: service.spec(change()),
          bundle,
          signal,
          onProgress: () => onPhase('unpack'),
        }),
      at,
    );
    bundle.close();
    expect(error).toMatchObject({ code: 'ROTA_INTERRUPTED', message: expect.stringContaining('everything is as it was before') });
    expect(one()).toBe('later state\n');
    expect(service.running()).toBe(true);
    expect(readdirSync(join(service.root, '..'))).toEqual(['data']);
    expect(left()).toEqual([]);
  });
});

describe('a proof that is interrupted', () => {
  test.each([
    ['verify', 3],
    ['drill', 4],
  ] as const)('in the hook %s is not recorded, and nothing is left of its scratch folder', async (hook, level) => {
    await capture();
    const host = service.host();
    const store = openStore(host, 'default');
    const bundle = await findBundle({ host, namespace: 'default', store, which: 'latest' });
    const spec = service.spec({ hooks: { [hook]: [long()] } });
    const error = await interrupted((signal) => verifyBundle({ host, namespace: 'default', bundle, level, spec, store, signal }));
    bundle.close();
    expect(error).toMatchObject({ code: 'ROTA_INTERRUPTED' });
    expect((await store.list())[0]?.verified?.level).toBe(1);
    expect(left()).toEqual([]);
  });
});
