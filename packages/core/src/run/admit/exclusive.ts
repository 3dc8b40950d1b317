import { join } from 'node:path';
import type { Files } from '../../host/files.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../state/process-identity.ts';

type ExclusiveFiles = Pick<Files, 'readText' | 'list' | 'makeFolder' | 'removeFolder'>;

export type Attempt =
  | { readonly held: true; readonly release: () => void }
  | { readonly held: false; readonly holder: ProcessIdentity };

/** Nobody keeps a brief hold for longer than a few milliseconds, unless stopped by a debugger or a dying disk. */
const briefLimitMs = 30_000;

let sequence = 0;

/**
 * Tries to hold a resource, which is a folder, until it is released or this process is gone, however that ends.
 *
 * Each contender makes an entry whose name tells which process it is, and only then looks: who sees no other living entry holds.
 * Of two contenders at least the one that looks last sees the other, so there are never two holders; an entry of a process that is
 * gone belongs to nobody else and can be removed by anybody, so there is no race for a stale lock. No heartbeat: sleep changes nothing.
 */
export function tryHold(files: ExclusiveFiles, folder: string): Attempt {
  const own = ownName(files);
  for (let attempt = 1; ; attempt++) {
    files.makeFolder(join(folder, `try.${own}`));
    const others = livingOthers(files, folder, own);
    if (others.length === 0) {
      try {
        files.makeFolder(join(folder, `held.${own}`));
      } catch (error) {
        // On a full disk; this process may live on, and its try would keep everybody out.
        files.removeFolder(join(folder, `try.${own}`));
        throw error;
      }
      return { held: true, release: () => release(files, folder, own) };
    }
    files.removeFolder(join(folder, `try.${own}`));
    const holder = others.find((other) => other.holds);
    if (holder !== undefined) return { held: false, holder: holder.identity };
    pause(1 + Math.random() * Math.min(4 * attempt, 40));
  }
}

/** Holds a resource while `work` runs, waiting for others who do the same. For work of milliseconds. */
export function holdBriefly<T>(files: ExclusiveFiles, folder: string, work: () => T): T {
  // Not the clock of the wall: it may be set while somebody waits. Not asked where nobody does, for Node loads it then.
  let deadline: number | undefined;
  for (;;) {
    const attempt = tryHold(files, folder);
    if (attempt.held) {
      try {
        return work();
      } finally {
        attempt.release();
      }
    }
    deadline ??= performance.now() + briefLimitMs;
    if (performance.now() > deadline) throw new Error(`Process ${attempt.holder.pid} does not let go of ${folder}.`);
    pause(1 + Math.random() * 4);
  }
}

function release(files: ExclusiveFiles, folder: string, own: string): void {
  files.removeFolder(join(folder, `held.${own}`));
  files.removeFolder(join(folder, `try.${own}`));
}

function livingOthers(files: ExclusiveFiles, folder: string, own: string): { identity: ProcessIdentity; holds: boolean }[] {
  const living: { identity: ProcessIdentity; holds: boolean }[] = [];
  for (const entry of files.list(folder)) {
    const [kind, pid, ticks, boot] = entry.split('.');
    if ((kind !== 'try' && kind !== 'held') || entry === `${kind}.${own}`) continue;
    const identity = { pid: Number(pid), startTicks: ticks || null, bootId: boot || null };
    if (isAlive(files, identity)) living.push({ identity, holds: kind === 'held' });
    else files.removeFolder(join(folder, entry));
  }
  return living;
}

/** No part of a name holds a dot: boot ids are hexadecimal digits and dashes. */
function ownName(files: Pick<Files, 'readText'>): string {
  const { pid, startTicks, bootId } = ownIdentity(files);
  sequence += 1;
  return [pid, startTicks ?? '', bootId ?? '', sequence].join('.');
}

function pause(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
