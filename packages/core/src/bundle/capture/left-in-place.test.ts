import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { commandPart, requirePart } from '@rota/test-support';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Files } from '../../host/files.ts';
import { nodeFiles } from '../../host/node-files.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { type ServiceUnderTest, serviceUnderTest } from '../service.fixture.ts';
import { captureBundle } from './capture.ts';

const size = 5 * 2 ** 20;
const names = ['large1', 'large2'] as const;
let service: ServiceUnderTest;
beforeEach(() => {
  service = serviceUnderTest();
  for (const name of names) writeFileSync(join(service.root, name), Buffer.alloc(size, name));
});
afterEach(() => service.remove());

/** Captures files that nobody has written to for a minute; the change happens while the bundle is written, once. Tells how often it was begun. */
async function captureDuring(change: () => void, files: Files = nodeFiles) {
  const host = { ...service.host(files), now: () => Date.now() + 60_000 };
  const { compression: _, ...spec } = service.spec();
  const begun: number[] = [];
  let last = Infinity;
  let changed = false;
  const result = await captureBundle({
    host,
    namespace: 'default',
    spec: { ...spec, compression: 'none' },
    onProgress(phase, done) {
      if (phase === 'read') {
        if (done < last) begun.push(done);
        last = done;
      }
      if (phase !== 'write' || changed) return;
      changed = true;
      change();
    },
  });
  const out = join(service.folder, 'out');
  mkdirSync(out);
  execFileSync('tar', ['-xf', result.place, '-C', out]);
  return { result, begun: begun.length, large: names.map(contentIn(join(out, 'data', 'data'))) };
}
const contentIn = (folder: string) => (name: string) =>
  existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined;
const overwrite = (): void => writeFileSync(join(service.root, 'large2'), Buffer.alloc(size, '!'));

test('large files that nobody waits for are read where they are', async () => {
  const { result, begun, large } = await captureDuring(() => undefined);
  expect(result).toMatchObject({ outcome: 'ok', problems: [] });
  expect(begun).toBe(1);
  for (const [at, name] of names.entries()) expect(large[at]?.equals(Buffer.alloc(size, name))).toBe(true);
});

test('one that is written to before the bundle has it is captured as it is then', async () => {
  const { result, begun, large } = await captureDuring(overwrite);
  expect(result).toMatchObject({ outcome: 'ok', problems: [] });
  expect(begun).toBe(2);
  expect(large[1]?.equals(Buffer.alloc(size, '!'))).toBe(true);
});

test('one that vanishes before the bundle has it is not in it, as if it had vanished before', async () => {
  const { result, large } = await captureDuring(() => rmSync(join(service.root, 'large1')));
  expect(result).toMatchObject({ outcome: 'ok', problems: [], bundle: { entries: 5 } });
  expect(large[0]).toBeUndefined();
  expect(large[1]?.equals(Buffer.alloc(size, 'large2'))).toBe(true);
});

test('a service that is started meanwhile is stopped for the copies, and what says so is where the next command looks', async () => {
  const journals: string[] = [];
  const files: Files = {
    ...nodeFiles,
    write(path, ...rest) {
      if (path.endsWith('downtime.json')) journals.push(path);
      nodeFiles.write(path, ...rest);
    },
  };
  const { result } = await captureDuring(() => {
    service.start();
    overwrite();
  }, files);
  expect(result).toMatchObject({ outcome: 'ok', stopped: ['app'] });
  expect(service.running()).toBe(true);
  expect(journals.map((path) => relative(bundleLayout(service.host().stateDir, 'default').work, path))).toEqual([
    expect.stringMatching(/^capture-[0-9a-f]+\/downtime\.json$/),
  ]);
});

test('what a service waits for is copied, so that it can go on', async () => {
  service.start();
  const { result, begun, large } = await captureDuring(overwrite);
  expect(result).toMatchObject({ outcome: 'ok', stopped: ['app'] });
  expect(begun).toBe(1);
  expect(large[1]?.equals(Buffer.alloc(size, 'large2'))).toBe(true);
});

requirePart(commandPart('python3'))('a write that leaves no trace in the times of the file', () => {
  test('is noticed when the bundle is read back, and the file captured as it is then', async () => {
    const write = "import mmap, sys\nwith open(sys.argv[1], 'r+b') as f, mmap.mmap(f.fileno(), 0) as m: m[-1:] = b'!'";
    const { result, begun, large } = await captureDuring(() => {
      execFileSync('python3', ['-c', write, join(service.root, 'large2')]);
    });
    expect(result).toMatchObject({ outcome: 'ok', problems: [] });
    expect(begun).toBe(2);
    expect(large[1]?.at(-1)).toBe('!'.charCodeAt(0));
  });
});
