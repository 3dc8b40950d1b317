import type { Host } from '../../host/host.ts';
import { stateLayout } from '../../state/layout.ts';
import { runToTheEnd } from './run-to-the-end.ts';

/** Where a command line of Rota stands. */
export interface CommandPlace {
  /** Absolute path of the Node that runs it. */
  readonly node: string;
  /** Absolute path of its script. */
  readonly script: string;
}

/**
 * Writes `<state>/bin/rota`, the one path that the jobs of Rota itself name: it starts the recorded command line with the recorded Node, or the `rota` on
 * the PATH when either is gone. Every apply and `doctor --repair` record where they stand themselves, so that a moved checkout is found again.
 *
 * @returns the paths that were written
 */
export function installCommand(host: Pick<Host, 'files' | 'stateDir' | 'platform'>, place: CommandPlace): readonly string[] {
  const { command } = stateLayout(host.stateDir);
  const windows = host.platform === 'win32';
  const path = windows ? `${command}.cmd` : command;
  const text = windows ? commandFile(place) : `${script(place)}\n`;
  if (host.files.readText(path) === text) return [];
  host.files.write(path, text, 0o700);
  return [path];
}

/** What an installed command starts; `undefined` when there is none, or it is not ours. */
export function installedCommand(host: Pick<Host, 'files' | 'stateDir' | 'platform'>): CommandPlace | undefined {
  const { command } = stateLayout(host.stateDir);
  if (host.platform === 'win32') return readCommandFile(host.files.readText(`${command}.cmd`) ?? '');
  const text = host.files.readText(command) ?? '';
  return placeOf((name) => new RegExp(`^${name}='(.*)'$`, 'm').exec(text)?.[1]?.replaceAll("'\\''", "'"));
}

/** What a `rota.cmd` that Rota wrote starts; `undefined` for any other text. */
export function readCommandFile(text: string): CommandPlace | undefined {
  if (!text.includes(`\r\n${written}\r\n`)) return undefined;
  return placeOf((name) => new RegExp(`^set "${name}=(.*)"\r$`, 'm').exec(text)?.[1]?.replaceAll('%%', '%'));
}

function placeOf(value: (name: string) => string | undefined): CommandPlace | undefined {
  const [node, at] = [value('node'), value('script')];
  return node === undefined || at === undefined ? undefined : { node, script: at };
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

function script({ node, script: path }: CommandPlace): string {
  return `#!/bin/sh
# Written by Rota. Starts the command line of Rota for the jobs that Rota gives itself.
node=${quoted(node)}
script=${quoted(path)}
[ -x "$node" ] && [ -f "$script" ] && exec "$node" "$script" "$@"
PATH=$PATH:/usr/local/bin:/usr/bin:/bin:$HOME/.nix-profile/bin:/run/current-system/sw/bin
if [ -f "$script" ] && node=$(command -v node); then exec "$node" "$script" "$@"; fi
if rota=$(command -v rota) && [ "$rota" != "$0" ]; then exec "$rota" "$@"; fi
echo "rota: the command line of Rota is not at $script any more. From where it is now, run: rota doctor --repair" >&2
exit 127`;
}

const written = 'rem Written by Rota. Starts the command line of Rota for the jobs that Rota gives itself.';

/** The runner reads from it what to start, and never starts it; people and other schedulers may. */
function commandFile({ node, script: path }: CommandPlace): string {
  const text = (value: string): string => value.replaceAll('%', '%%');
  return [
    '@echo off',
    written,
    'setlocal',
    // From here on it reads UTF-8.
    ...(/^[ -~]*$/.test(node + path) ? [] : ['chcp 65001 >nul']),
    `set "node=${text(node)}"`,
    `set "script=${text(path)}"`,
    'if not exist "%node%" set "node=node.exe"',
    ...runToTheEnd('"!node!" "!script!"'),
    '',
  ].join('\r\n');
}
