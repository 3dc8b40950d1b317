import type { Host } from '../../host/host.ts';
import { stateLayout } from '../../state/layout.ts';

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
  const windows = host.platform === 'win32';
  const text = host.files.readText(windows ? `${command}.cmd` : command);
  const value = (name: string): string | undefined =>
    windows
      ? new RegExp(`^set "${name}=(.*)"$`, 'm').exec(text ?? '')?.[1]?.replaceAll('%%', '%')
      : new RegExp(`^${name}='(.*)'$`, 'm').exec(text ?? '')?.[1]?.replaceAll("'\\''", "'");
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

function commandFile({ node, script: path }: CommandPlace): string {
  const text = (value: string): string => value.replaceAll('%', '%%');
  return [
    '@echo off',
    'rem Written by Rota. Starts the command line of Rota for the jobs that Rota gives itself.',
    'setlocal',
    `set "node=${text(node)}"`,
    `set "script=${text(path)}"`,
    'if not exist "%node%" set "node=node.exe"',
    '"%node%" "%script%" %*',
    'exit /b %errorlevel%',
    '',
  ].join('\r\n');
}
