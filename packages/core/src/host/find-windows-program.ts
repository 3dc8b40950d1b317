import { lstatSync } from 'node:fs';
import { win32 } from 'node:path';

/**
 * Where Windows has a program, by the folders of its search path alone. Left to itself, a process of Node looks into the current folder first
 * (nodejs/node#46264), and a repository that somebody works in could bring a `git.exe` of its own. A name with a folder stays as it is.
 *
 * @returns `undefined` when it is in none of the folders
 */
export function findWindowsProgram(
  program: string,
  env: Readonly<Record<string, string | undefined>>,
  exists: (path: string) => boolean = isThere,
): string | undefined {
  if (/[\\/:]/.test(program)) return program;
  const endings = (variable(env, 'PATHEXT') ?? '.COM;.EXE;.BAT;.CMD').split(';').filter((ending) => ending !== '');
  const names = [
    ...(win32.extname(program) === '' ? [] : [program]),
    ...endings.map((ending) => `${program}${ending.toLowerCase()}`),
  ];
  for (const entry of (variable(env, 'PATH') ?? '').split(';')) {
    const folder = entry.replace(/^"(.*)"$/, '$1');
    if (!win32.isAbsolute(folder)) continue;
    const found = names.map((name) => win32.join(folder, name)).find(exists);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Also of what the Store installs: it leaves links that cannot be followed by whoever asks for a file. */
function isThere(path: string): boolean {
  try {
    return lstatSync(path, { throwIfNoEntry: false }) !== undefined;
  } catch {
    return false;
  }
}

/** Windows knows a variable in either case. */
function variable(env: Readonly<Record<string, string | undefined>>, wanted: string): string | undefined {
  return Object.entries(env).find(([name]) => name.toUpperCase() === wanted)?.[1];
}
