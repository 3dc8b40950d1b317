import type { Files } from '@rota/core';

/** A switch of this machine that goes on, whoever began it. */
export interface OtherSwitch {
  readonly pid: number;
  /** Its command line. */
  readonly command: string;
  /** The unit or session that it belongs to, such as `comin.service`; `null` where that is not told. */
  readonly unit: string | null;
  /** ISO 8601 in UTC; `null` where that is not told. */
  readonly since: string | null;
}

type Reader = Pick<Files, 'list' | 'readLink' | 'readText'>;

/** switch-to-configuration holds this file locked (flock), the one in Perl and the one in Rust. */
const lockFile = '/run/nixos/switch-to-configuration.lock';

/**
 * Who holds the lock of switch-to-configuration; `null` where nobody does, or where that cannot be seen, as by an ordinary user. The process that
 * took it may be gone and one that it has started hold it still.
 */
export function otherSwitch(files: Reader): OtherSwitch | null {
  const holders = files
    .list('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => heldLocks(files, name).map((lock) => ({ pid: Number(name), isTaker: lock.split(/\s+/)[5] === name })));
  const holder = holders.find(({ isTaker }) => isTaker) ?? holders[0];
  return holder === undefined ? null : describedBy(files, holder.pid);
}

/** In words, for who has to end it. */
export function printOtherSwitch({ pid, command, unit, since }: OtherSwitch): string {
  return `process ${pid} (${command})${unit === null ? '' : ` of ${unit}`}${since === null ? '' : `, since ${since}`}`;
}

/** The `lock:` lines (man proc_pid_fdinfo) of the open files of a process that are the lock file. */
function heldLocks(files: Reader, pid: string): readonly string[] {
  return quietly(() => files.list(`/proc/${pid}/fd`), [])
    .filter((fd) => quietly(() => files.readLink(`/proc/${pid}/fd/${fd}`), undefined) === lockFile)
    .flatMap((fd) => (quietly(() => files.readText(`/proc/${pid}/fdinfo/${fd}`), undefined) ?? '').split('\n'))
    .filter((line) => /^lock:.*\bFLOCK\b/.test(line));
}

const longestCommand = 200;

function describedBy(files: Reader, pid: number): OtherSwitch {
  const read = (name: string): string => quietly(() => files.readText(`/proc/${pid}/${name}`), undefined) ?? '';
  const command = read('cmdline').split('\0').join(' ').trim();
  const [unit = null] = /[^/\n]+\.(?:service|scope)$/m.exec(read('cgroup')) ?? [];
  return {
    pid,
    command: command === '' ? 'unknown' : command.slice(0, longestCommand),
    unit,
    since: startOf(files, read('stat')),
  };
}

/** Clock ticks after the boot; a second has 100 of them for programs on every Linux. */
function startOf(files: Reader, stat: string): string | null {
  const ticks = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]);
  const boot = Number(/^btime (\d+)$/m.exec(files.readText('/proc/stat') ?? '')?.[1]);
  const at = boot * 1000 + ticks * 10;
  return Number.isNaN(at) ? null : new Date(at).toISOString();
}

/** A process ends, or is somebody else's, while it is looked at. */
function quietly<T>(read: () => T, otherwise: T): T {
  try {
    return read();
  } catch {
    return otherwise;
  }
}
