/**
 * The text of `<state>/bin/record`: writes the record of a run that systemd started without the runner. It is called as `ExecStopPost=` with
 * NAMESPACE TENANT JOB BACKEND [event], needs no Node, and takes what happened from the environment that systemd gives
 * (systemd.exec(5): SERVICE_RESULT, EXIT_CODE, EXIT_STATUS, INVOCATION_ID, TRIGGER_UNIT). A record with `trigger` `schedule` and `scheduledAt`
 * null is for the latest declared fire time at or before `startedAt`: who reads it fills that in.
 *
 * The start is the time of the link that the manager makes for each invocation (`systemd/units/invocation:UNIT` in the runtime folder), a few
 * milliseconds before the process exists. Asking the manager for ExecMainStartTimestamp costs the same and waits when the manager is busy.
 */
export function recorderScript(stateDir: string): string {
  return `${script.replace('@STATE@', quoteForShell(stateDir))}\n`;
}

function quoteForShell(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

// The job's own PATH and locale are in the environment; what is needed here is found without them, on NixOS too.
const script = String.raw`#!/bin/sh
# Written by Rota. Appends the record of one run; called by systemd when the run has ended.
set -u
PATH=/usr/bin:/bin:/run/current-system/sw/bin:/usr/local/bin LC_ALL=C
export PATH LC_ALL
umask 077
state=@STATE@
namespace=$1 tenant=$2 job=$3 backend=$4 kind=\${5:-schedule}
code=\${EXIT_CODE:-} value=\${EXIT_STATUS:-} result=\${SERVICE_RESULT:-}

now=$(date -u '+%Y-%m-%dT%H:%M:%S.%3NZ %s%3N')
ended=\${now% *} ended_ms=\${now#* }
runtime=\${XDG_RUNTIME_DIR:-/run/user/$(id -u)}
link="$runtime/systemd/units/invocation:rota.$namespace.$tenant.$job.service"
if start=$(stat -c %.3Y "$link" 2>/dev/null); then
  started=$(date -u -d "@$start" '+%Y-%m-%dT%H:%M:%S.%3NZ')
  duration=$((ended_ms - \${start%.*}\${start#*.}))
else
  started=$ended duration=0
fi
[ "$duration" -ge 0 ] || duration=0 started=$ended # the clock was set back

status=failure exit=null signal=null reason=null
case $code in
  exited) exit=$value ;;
  killed | dumped) signal="\"SIG$value\"" ;;
esac
case $result in
  success) if [ "$code" = exited ]; then status=success; else status=cancelled reason='"stopped"'; fi ;;
  timeout) status=timeout ;;
  exit-code)
    case $value in
      127) reason='"exit status 127: the program was not found"' ;;
      125) reason='"exit status 125: the working folder cannot be entered"' ;;
      126) reason='"exit status 126: the program cannot be executed"' ;;
      20[0-9] | 21[0-9] | 22[0-9] | 23[0-9] | 24[0-5]) reason="\"exit status $value: of systemd it means that the process could not be set up, see systemd.exec(5)\"" ;;
    esac ;;
  signal | core-dump | '') ;;
  *) reason="\"systemd says: $result\"" ;;
esac

# Who starts a job through Rota leaves word just before: after the first trigger of the timer, systemd does not tell a start by hand from another trigger.
trigger=$kind
if [ "$kind" = schedule ] && [ -z "\${TRIGGER_UNIT:-}" ]; then trigger=manual; fi
asked=$state/namespaces/$namespace/asked/$tenant.$job
if [ "$kind" != event ] && word=$(stat -c %Y "$asked" 2>/dev/null); then
  rm -f "$asked"
  begun=$(date -u -d "$started" +%s)
  if [ "$word" -le $((begun + 1)) ] && [ "$word" -gt $((begun - 10)) ]; then trigger=manual; fi
fi

runs=$state/namespaces/$namespace/runs
[ -d "$runs" ] || mkdir -p "$runs"
month=$(printf %.7s "$ended")
# A later month is there when the clock was set back, and what was recorded last is to be read first.
for file in "$runs"/[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl; do
  file=\${file##*/}
  [ "$file" = '[0-9][0-9][0-9][0-9]-[0-9][0-9].jsonl' ] || newest=\${file%.jsonl}
done
[ "\${newest:-$month}" = "$month" ] || month=$(printf '%s\n' "$month" "$newest" | sort | tail -n 1)
printf '{"tenant":"%s","name":"%s","runId":"%s","scheduledAt":null,"startedAt":"%s","endedAt":"%s","status":"%s","exitCode":%s,"signal":%s,"reason":%s,"durationMs":%s,"attempts":1,"trigger":"%s","backend":"%s"}\n' \
  "$tenant" "$job" "\${INVOCATION_ID:-}" "$started" "$ended" "$status" "$exit" "$signal" "$reason" "$duration" "$trigger" "$backend" \
  >>"$runs/$month.jsonl"`.replaceAll('\\${', '${');
