import { lstatSync, readFileSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/**
 * File systems that are mounted at a path or below it, as the system lists them; their device tells only some of them, for a folder can be mounted
 * over another of its own disk. Where nothing lists them, the path itself when its device tells it.
 */
export function mountPoints(path: string): readonly string[] {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  const folder = realpathSync(dirname(path));
  const place = join(folder, basename(path));
  const listed = listedMounts().filter((mount) => mount === place || mount.startsWith(`${place}/`));
  return listed.length === 0 && stats.dev !== statSync(folder).dev ? [path] : listed;
}

/** Of proc_pid_mountinfo(5): the fifth field, whose blanks and the like are three octal digits. */
function listedMounts(): readonly string[] {
  let text: string;
  try {
    text = readFileSync('/proc/self/mountinfo', 'latin1');
  } catch {
    return [];
  }
  return text
    .split('\n')
    .map((line) =>
      (line.split(' ')[4] ?? '').replaceAll(/\\([0-7]{3})/g, (_, digits: string) =>
        String.fromCharCode(Number.parseInt(digits, 8)),
      ),
    )
    .map((mount) => Buffer.from(mount, 'latin1').toString());
}
