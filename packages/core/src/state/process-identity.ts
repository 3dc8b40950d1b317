import { aliveMark, markState } from '../host/alive-mark.ts';
import type { Files } from '../host/files.ts';

/** Which process it is, also after its pid was given to another one or the machine was booted again. */
export interface ProcessIdentity {
  readonly pid: number;
  /**
   * Tells processes of one pid apart: clock ticks after boot at which it started (proc(5), `stat` field 22), on Windows the name of a file that it keeps
   * open; `null` where there is neither.
   */
  readonly startTicks: string | null;
  /** `null` where the system does not say. */
  readonly bootId: string | null;
}

type Reader = Pick<Files, 'readText'>;

const own = new WeakMap<Reader, ProcessIdentity>();

/** Of the process that asks. */
export function ownIdentity(files: Pick<Files, 'readText'>): ProcessIdentity {
  const known = own.get(files);
  if (known !== undefined) return known;
  const identity = { pid: process.pid, startTicks: startTicks(files, process.pid) ?? aliveMark(), bootId: bootId(files) };
  own.set(files, identity);
  return identity;
}

/** Whether that very process still runs. In doubt it does: a lock is rather kept than broken. One that has ended and waits to be reaped does nothing any more. */
export function isAlive(files: Pick<Files, 'readText'>, identity: ProcessIdentity): boolean {
  const boot = bootId(files);
  if (boot !== null && identity.bootId !== null && boot !== identity.bootId) return false;
  if (!answers(identity.pid)) return false;
  const mark = markState(identity.pid, identity.startTicks);
  if (mark !== 'unknown') return mark === 'held';
  const stat = files.readText(`/proc/${identity.pid}/stat`) ?? '';
  if (/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))) return false;
  const ticks = startTicksOf(stat);
  return ticks === null || identity.startTicks === null || ticks === identity.startTicks;
}

function answers(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function startTicks(files: Reader, pid: number): string | null {
  return startTicksOf(files.readText(`/proc/${pid}/stat`) ?? '');
}

/** Of a line of proc(5) `stat`. The name in the second field may hold blanks and parentheses, so fields count from the last `)`. */
export function startTicksOf(stat: string): string | null {
  return stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19] ?? null;
}

function bootId(files: Reader): string | null {
  return files.readText('/proc/sys/kernel/random/boot_id')?.trim() || null;
}
