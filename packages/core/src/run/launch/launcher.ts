import { keptName, nodeVariables } from '../attempt/node-variables.ts';
import { runToTheEnd } from './run-to-the-end.ts';

/** What the launcher starts. */
export interface LauncherInput {
  /** Absolute path of the Node that is known to work. */
  readonly node: string;
  /** Path of the runner's bundle: absolute, on Windows from the launcher's folder. */
  readonly runner: string;
}

/**
 * The text of `<state>/bin/rota-run`, the one path that native entries name: starts the recorded runner with the recorded Node, or with the
 * one on the PATH when the recorded one is gone. Without any Node it records the failed run itself and answers 127. It leaves word in the
 * namespace's `starting` folder, named after its process, which the runner takes away as it begins: what stays tells of a Node that did not work.
 */
export function launcherScript({ node, runner }: LauncherInput): string {
  return `${script.replace('@NODE@', () => quoted(node)).replace('@RUNNER@', () => quoted(runner))}\n`;
}

/**
 * The same as `rota-run.cmd`, with the runner by its place beside it (`..\\runner\\DIGEST\\rota-run.cjs`): cmd.exe reads a file in the code page of Windows, where the name of
 * a user's folder may look otherwise. A percent sign is doubled, as the command processor expands it inside quotes too.
 */
export function launcherCommandFile({ node, runner }: LauncherInput): string {
  const text = (path: string): string => path.replaceAll('%', '%%');
  return [
    '@echo off',
    'rem Written by Rota. Starts the runner of a scheduled job.',
    'setlocal',
    // For values with any character; in what follows an exclamation mark is one again.
    'setlocal EnableDelayedExpansion',
    ...nodeVariables.flatMap((name) => [`if defined ${name} set "${keptName(name)}=!${name}!"`, `set "${name}="`]),
    'setlocal DisableDelayedExpansion',
    // From here on it reads UTF-8.
    ...(/^[ -~]*$/.test(node) ? [] : ['chcp 65001 >nul']),
    `set "node=${text(node)}"`,
    'if not exist "%node%" set "node=node.exe"',
    `set "rota_runner=%~dp0${text(runner)}"`,
    ...runToTheEnd('"!node!" "!rota_runner!"'),
    '',
  ].join('\r\n');
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// The key is the first thing in a launch file, so that sed can read it.
const script = String.raw`#!/bin/sh
# Written by Rota. Starts the runner of a scheduled job: rota-run LAUNCHFILE [OPTION]
node=@NODE@
if [ ! -x "$node" ]; then
  PATH=$PATH:/usr/local/bin:/usr/bin:/bin:$HOME/.nix-profile/bin:/run/current-system/sw/bin
  node=$(command -v node)
fi
if [ -n "$node" ]; then
  # What changes how Node starts is for the job alone.
  for name in @VARIABLES@; do
    eval "value=\$$name"
    [ -n "$value" ] && export "@KEPT@$name=$value"
    unset "$name"
  done
  case $1 in
    */namespaces/*/launch/*.json)
      # The runner takes it away as it begins. proc(5): which process of that number it is.
      starting=@PLACE@/starting
      {
        read -r stat </proc/$$/stat
        [ -d "$starting" ] || mkdir -m 700 "$starting"
        printf '%s\n' "$stat" "$@" >"$starting/$$"
      } 2>/dev/null ;;
  esac
  exec "$node" @RUNNER@ "$@"
fi

message='no Node was found: neither the one that Rota was installed with nor one on the PATH. Install Node, then run: rota apply'
echo "rota-run: $message" >&2
umask 077
key=$(sed -n 's/^{"formatVersion":[0-9]*,"namespace":"[^"]*",\("tenant":"[^"]*","name":"[^"]*"\),.*/\1/p' "$1" 2>/dev/null)
id=$(cat /proc/sys/kernel/random/uuid 2>/dev/null || date +%s-$$)
now=$(date -u +%Y-%m-%dT%H:%M:%SZ)
runs=$(dirname "$(dirname "$1")")/runs
[ -n "$key" ] && mkdir -p "$runs" && printf '{%s,"runId":"%s","scheduledAt":null,"startedAt":"%s","endedAt":"%s","status":"failure","exitCode":127,"signal":null,"reason":"%s","durationMs":0,"attempts":0,"trigger":"schedule","backend":"unknown"}\n' \
  "$key" "$id" "$now" "$now" "$message" >>"$runs/$(printf %.7s "$now").jsonl"
exit 127`
  .replace('@VARIABLES@', nodeVariables.join(' '))
  .replace('@KEPT@', keptName(''))
  .replace('@PLACE@', () => '$' + '{1%/launch/*}');
