import { fork, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { nodeFiles } from '../host/node-files.ts';
import { lockHolder, withLock } from './lock.ts';
import { isAlive, ownIdentity, startTicksOf } from './process-identity.ts';

let folder: string;
let path: string;
const host = { files: nodeFiles, now: Date.now, sleep: (ms: number) => sleep(ms).then(() => undefined) };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rota-lock-'));
  path = join(folder, 'lock');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('the lock', () => {
  it('is held by one at a time, in turn', async () => {
    let inside = 0;
    let most = 0;
    await Promise.all(
      Array.from({ length: 8 }, () =>
        withLock(host, path, { purpose: 'test' }, async () => {
          most = Math.max(most, ++inside);
          await sleep(5);
          inside--;
        }),
      ),
    );
    expect(most).toBe(1);
    expect(nodeFiles.list(folder)).toEqual([]);
  });

  it('says who holds it when it is not given up in time', async () => {
    await withLock(host, path, { purpose: 'apply' }, async () => {
      expect(lockHolder(host, path)?.pid).toBe(process.pid);
      await expect(withLock(host, path, { purpose: 'other', waitMs: 60 }, async () => undefined)).rejects.toMatchObject({
        code: 'ROTA_LOCK_HELD',
        message: expect.stringContaining(`process ${process.pid}, apply`),
      });
    });
  });

  it('is given up when the work fails', async () => {
    await expect(withLock(host, path, { purpose: 'test' }, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
    expect(lockHolder(host, path)).toBeNull();
  });

  it.each([
    ['a process that is gone', { pid: 2 ** 22 + 1, startTicks: '1', bootId: ownIdentity(nodeFiles).bootId }],
    ['a process of an earlier boot', { ...ownIdentity(nodeFiles), bootId: 'another' }],
    ['a process whose pid was given away', { ...ownIdentity(nodeFiles), startTicks: '1' }],
  ])('of %s is broken', async (_name, identity) => {
    writeFileSync(path, JSON.stringify({ ...identity, id: 'x', purpose: 'apply', since: 'then' }));
    expect(lockHolder(host, path)).toBeNull();
    expect(await withLock(host, path, { purpose: 'test', waitMs: 60_000 }, async () => 'mine')).toBe('mine');
  });

  it.each([3_600_000, 86_400_000, Date.now()])(
    'is waited for no longer when the clock goes back by %i ms meanwhile',
    async (back) => {
      let now = Date.now();
      let slept = 0;
      const set = {
        ...host,
        now: () => now,
        sleep: async (ms: number) => {
          slept += ms;
          now += slept === 500 ? ms - back : ms;
        },
      };
      await withLock(host, path, { purpose: 'apply' }, async () => {
        const waiting = withLock(set, path, { purpose: 'test', waitMs: 1000 }, async () => 'mine');
        await expect(waiting).rejects.toMatchObject({ code: 'ROTA_LOCK_HELD' });
      });
      expect(slept).toBeLessThan(1_200);
    },
  );

  it('of a dead owner is broken by one only, and counts every turn, with several processes at it', async () => {
    const counter = join(folder, 'counter');
    writeFileSync(counter, '0');
    writeFileSync(
      path,
      JSON.stringify({ pid: 2 ** 22 + 1, startTicks: '1', bootId: null, id: 'x', purpose: 'dead', since: 'then' }),
    );
    writeFileSync(
      `${path}.break`,
      JSON.stringify({ pid: 2 ** 22 + 1, startTicks: '1', bootId: null, id: 'y', purpose: 'dead', since: 'then' }),
    );
    // The same races between turns of one process: every await of the lock is a point where another can come in.
    await Promise.all(
      Array.from({ length: 20 }, () =>
        withLock(host, path, { purpose: 'count', waitMs: 120_000 }, async () => {
          const before = Number(readFileSync(counter, 'utf8'));
          await sleep(1);
          writeFileSync(counter, String(before + 1));
        }),
      ),
    );
    expect(readFileSync(counter, 'utf8')).toBe('20');
    expect(nodeFiles.list(folder)).toEqual(['counter']);
  });

  it('of a process that has ended, and that nobody reaps, is broken', async () => {
    // What the shell has become does not know of the shell's children; until then it would reap them.
    const script = 'read line <&3 & echo $!; exec cat 3<&-';
    const parent = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit', 'pipe'] });
    const pid = Number(await new Promise((told) => parent.stdout?.once('data', told)));
    while (nodeFiles.readText(`/proc/${parent.pid}/comm`) !== 'cat\n') await sleep(10);
    parent.stdio[3]?.destroy();
    const state = (): string | undefined =>
      nodeFiles
        .readText(`/proc/${pid}/stat`)
        ?.replace(/^.*\) /s, '')
        .charAt(0);
    while (state() !== 'Z') await sleep(10);
    const startTicks = startTicksOf(nodeFiles.readText(`/proc/${pid}/stat`) ?? '');
    const identity = { ...ownIdentity(nodeFiles), pid, startTicks };
    writeFileSync(path, JSON.stringify({ ...identity, id: 'x', purpose: 'apply', since: 'then' }));
    expect(lockHolder(host, path)).toBeNull();
    expect(await withLock(host, path, { purpose: 'test', waitMs: 60_000 }, async () => 'mine')).toBe('mine');
    expect(state()).toBe('Z');
    parent.stdin?.end();
  });

  it('knows a process that runs from one that was killed', async () => {
    const script = join(folder, 'wait.mjs');
    writeFileSync(script, 'process.send("up"); setInterval(() => {}, 1000);');
    const child = fork(script);
    await new Promise((up) => child.once('message', up));
    const identity = { pid: child.pid ?? 0, startTicks: null, bootId: null };
    expect(isAlive(nodeFiles, identity)).toBe(true);
    child.kill('SIGKILL');
    await new Promise((gone) => child.once('exit', gone));
    expect(isAlive(nodeFiles, identity)).toBe(false);
  });
});
