import { closeSync, constants, fsyncSync, mkdirSync, openSync, readdirSync, statSync, unlinkSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';

/** libuv, `UV_FS_O_EXLOCK`: on Windows the file is opened with no sharing, so that nobody else can open it meanwhile. */
const alone = 0x10000000;
/** What crashed processes left is kept as long as a claim of theirs may be found. */
const keptMs = 90 * 24 * 3_600_000;

let own: string | null | undefined;

/**
 * Windows does not say cheaply when a process began, and gives a pid away again at once, after a power cut too. So a process there keeps a file open,
 * alone, which the system lets go of with the process, however that ends. Answers what tells the file from those of other processes with that pid;
 * `null` on other systems, and where no file can be made.
 */
export function aliveMark(): string | null {
  if (process.platform !== 'win32') return null;
  own ??= make();
  return own;
}

/** Whether the process that made a mark still runs; `unknown` where there is no such mark. */
export function markState(pid: number, mark: string | null): 'held' | 'free' | 'unknown' {
  if (process.platform !== 'win32' || mark === null) return 'unknown';
  try {
    closeSync(openSync(pathOf(pid, mark), constants.O_RDWR));
    return 'free';
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EBUSY' ? 'held' : 'unknown';
  }
}

function make(): string | null {
  const mark = `${Date.now()}${Math.random().toString(36).slice(2, 10)}`;
  const path = pathOf(process.pid, mark);
  try {
    mkdirSync(folder(), { recursive: true });
    removeOld();
    const held = openSync(path, constants.O_RDWR | constants.O_CREAT | alone, 0o600);
    // What names it is written durably, too.
    fsyncSync(held);
    process.on('exit', () => {
      closeSync(held);
      unlinkSync(path);
    });
    return mark;
  } catch {
    return null; // a full disk, or a profile that may not be written: the pid has to do
  }
}

function removeOld(): void {
  for (const name of readdirSync(folder())) {
    const path = join(folder(), name);
    try {
      if (Date.now() - statSync(path).mtimeMs > keptMs) unlinkSync(path);
    } catch {
      // its process still runs
    }
  }
}

/** Of the user, so that processes with different state folders and different temporary folders (one a session) agree. */
function folder(): string {
  return join(process.env.LOCALAPPDATA || join(homedir(), 'AppData', 'Local'), 'rota-alive');
}

function pathOf(pid: number, mark: string): string {
  return join(folder(), `${pid}-${mark}`);
}
