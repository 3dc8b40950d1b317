import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { requirePart } from '@rota/test-support';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { createHost } from '../../host/create-host.ts';
import type { ProcessResult } from '../../host/process-runner.ts';
import { sampleBundle } from '../../testing/sample-bundle.ts';
import { storeConformance } from '../../testing/store-conformance.ts';
import { resticFile, resticPart, runnerWithRestic } from './restic.test-support.ts';
import { resticError } from './restic-error.ts';
import { resticStore } from './restic-store.ts';

const plain = createHost({ stateDir: '/nonexistent' });
const hostWith = (password: string, cache: string) => ({
  ...plain,
  run: runnerWithRestic(plain.run, { RESTIC_PASSWORD: password, RESTIC_CACHE_DIR: cache }),
});

requirePart(resticPart)('a real restic', () => {
  // Made once and copied: restic takes its time to derive a key.
  const empty = mkdtempSync(join(tmpdir(), 'rota-restic-'));
  beforeAll(async () => {
    const env = { RESTIC_REPOSITORY: join(empty, 'repository') };
    expect((await hostWith('secret', empty).run({ file: 'restic', args: ['init'], env })).exitCode).toBe(0);
  });
  afterAll(() => rmSync(empty, { recursive: true, force: true }));
  const newRepository = async () => {
    const folder = mkdtempSync(join(tmpdir(), 'rota-restic-'));
    const repository = join(folder, 'repository');
    cpSync(join(empty, 'repository'), repository, { recursive: true });
    const host = hostWith('secret', join(folder, 'cache'));
    const restic = async (args: readonly string[], cwd = folder): Promise<ProcessResult> =>
      await host.run({ file: 'restic', args, cwd, env: { RESTIC_REPOSITORY: repository } });
    return { folder, repository, host, restic, remove: () => rmSync(folder, { recursive: true, force: true }) };
  };

  storeConformance(
    { describe, it },
    {
      name: 'restic',
      async makePlace() {
        const { folder, repository, host, restic, remove } = await newRepository();
        return {
          open: () => resticStore(host, repository),
          async foreign() {
            writeFileSync(join(folder, 'letter'), 'not ours');
            await restic(['backup', '--quiet', '--tag', 'rota-bundle', 'letter']);
            await restic(['backup', '--quiet', 'letter']);
            return async () => {
              const { stdout } = await restic(['snapshots', '--json']);
              const ids: readonly { readonly id: string; readonly paths: readonly string[] }[] = JSON.parse(stdout);
              return ids
                .filter(({ paths }) => paths.some((path) => path.endsWith('letter')))
                .map(({ id }) => id)
                .join();
            };
          },
          remove,
        };
      },
      unreachable: () => resticStore(hostWith('secret', tmpdir()), '/nowhere/repository'),
    },
  );

  it('keeps the tree, not an archive: what did not change takes no room', async () => {
    const { folder, repository, host, restic, remove } = await newRepository();
    const store = resticStore(host, repository);
    const { content, sidecar, remove: removeSample } = await sampleBundle();
    await store.put(content, sidecar);
    const listed = (await restic(['ls', 'latest'])).stdout;
    expect(listed).toMatch(/^\/manifest\.json$/m);
    expect(listed).toMatch(/^\/data\/root\/large$/m);
    const size = async (): Promise<number> =>
      JSON.parse((await restic(['stats', '--mode', 'raw-data', '--json'])).stdout).total_size;
    const before = await size();
    await store.put(content, { ...sidecar, id: 'fedcba9876543210' });
    expect((await size()) - before).toBeLessThan(sidecar.bytes / 4);
    const plainly = join(folder, 'plainly');
    await restic(['restore', 'latest', '--target', plainly]);
    expect(readFileSync(join(plainly, 'data/root/large'))).toHaveLength(300_000);
    removeSample();
    remove();
  });

  it('lists no bundle of which restic could not read all', async () => {
    const { repository, host, remove } = await newRepository();
    const { content, sidecar, remove: removeSample } = await sampleBundle();
    // Root reads everything, so what vanishes is what cannot be read: restic lists the folder, and ends with 3.
    const run: typeof host.run = async (request) =>
      request.args.includes('backup') && request.cwd !== undefined
        ? await host.run({ ...request, args: [...request.args, join(request.cwd, 'vanished')] })
        : await host.run(request);
    const store = resticStore({ ...host, run }, repository);
    await expect(store.put(content, sidecar)).rejects.toThrow(/only a part/);
    expect(await store.list()).toEqual([]);
    await resticStore(host, repository).put(content, sidecar);
    await expect(store.put(content, { ...sidecar, id: 'fedcba9876543210' })).rejects.toThrow(/only a part/);
    expect((await store.list()).map(({ id }) => id)).toEqual([sidecar.id]);
    removeSample();
    remove();
  });

  it('gives back a bundle whose proof is recorded while it is fetched', async () => {
    const { folder, repository, host, remove } = await newRepository();
    const { content, sidecar, remove: removeSample } = await sampleBundle();
    const other = resticStore(host, repository);
    const kept = await other.put(content, sidecar);
    let restores = 0;
    const run: typeof host.run = async (request) => {
      // Recording gives the snapshot another id, which who looked before does not know.
      if (request.args.includes('restore') && restores++ === 0)
        await other.update({ ...kept, verified: { level: 1, at: '2026-11-21T01:00:00Z' } });
      return await host.run(request);
    };
    const path = await resticStore({ ...host, run }, repository).fetch(kept, folder);
    expect(readFileSync(path)).toHaveLength(kept.size);
    expect(restores).toBe(2);
    removeSample();
    remove();
  });

  it('tells the lock of another restic and an interruption apart, and goes on when the lock is gone', async () => {
    const { repository, host, restic, remove } = await newRepository();
    const { content, sidecar, remove: removeSample } = await sampleBundle();
    await resticStore(host, repository).put(content, { ...sidecar, id: 'fedcba9876543210' });
    // What `restic check` holds while it works; it is so slow that it does for the whole test.
    const checking = spawn(resticFile, ['check', '--read-data', '--limit-download', '1'], {
      env: { ...process.env, RESTIC_REPOSITORY: repository, RESTIC_PASSWORD: 'secret', RESTIC_CACHE_DIR: `${repository}-other` },
      stdio: 'ignore',
    });
    const ended = once(checking, 'exit');
    try {
      // At once, for of a small repository there is little to check; but a lock that has its own name.
      const locks = () => readdirSync(join(repository, 'locks')).filter((name) => /^[0-9a-f]{64}$/.test(name)).length;
      await expect.poll(locks, { interval: 1 }).toBe(1);
      checking.kill('SIGSTOP');
      const impatient: typeof host.run = (request) =>
        host.run({ ...request, args: request.args.map((arg) => (arg === '2m' ? '1s' : arg)) });
      await expect(resticStore({ ...host, run: impatient }, repository).put(content, sidecar)).rejects.toThrow(
        /is locked by another restic/,
      );
      // While it waits for the lock.
      const run: typeof host.run = (request) =>
        request.args.includes('backup')
          ? host.run({
              ...request,
              file: 'timeout',
              args: ['--preserve-status', '--signal=INT', '2', resticFile, ...request.args],
              env: { RESTIC_PASSWORD: 'secret', ...request.env },
            })
          : impatient(request);
      await expect(resticStore({ ...host, run }, repository).put(content, sidecar)).rejects.toThrow(/restic was interrupted/);
    } finally {
      checking.kill('SIGKILL');
      await ended;
    }
    // As the message of the lock says.
    expect((await restic(['unlock'])).exitCode).toBe(0);
    const store = resticStore(host, repository);
    await store.put(content, sidecar);
    expect((await store.list()).map(({ id }) => id).sort()).toEqual([sidecar.id, 'fedcba9876543210'].sort());
    removeSample();
    remove();
  });

  it('tells a wrong password and a missing repository apart', async () => {
    const { folder, repository, remove } = await newRepository();
    const wrong = resticStore(hostWith('wrong', join(folder, 'cache')), repository);
    await expect(wrong.list()).rejects.toThrow(/does not open with this password/);
    const missing = resticStore(hostWith('secret', join(folder, 'cache')), join(folder, 'nothing'));
    await expect(missing.list()).rejects.toThrow(/does not exist/);
    remove();
  });
});

describe('an exit code of restic', () => {
  test.each([
    [1, /failed \(restic ended with 1\)/],
    [3, /only a part/],
    [10, /does not exist/],
    [11, /is locked/],
    [12, /password/],
    [130, /interrupted/],
    [42, /restic ended with 42/],
    [null, /signal/],
  ])('%s has words of its own', (code, words) => {
    expect(resticError('/srv/r', code, 'said').message).toMatch(words);
  });
});

test('an address with a password is shown without it', () => {
  expect(resticStore(plain, 'rest:https://ann:secret@backup.example/').place).toBe('rest:https://backup.example/');
});

test('a restic that is too old is refused before anything is done', async () => {
  const run = async (): Promise<ProcessResult> => ({
    exitCode: 0,
    signal: null,
    stdout: 'restic 0.14.0 compiled with go1.19',
    stderr: '',
    timedOut: false,
  });
  await expect(resticStore({ ...plain, run }, '/srv/r').list()).rejects.toThrow(/0\.14\.0 is too old/);
});
