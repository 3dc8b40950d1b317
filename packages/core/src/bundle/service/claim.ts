import { join } from 'node:path';
import type { Host } from '../../host/host.ts';
import { withLock } from '../../state/lock.ts';
import type { ProcessIdentity } from '../../state/process-identity.ts';
import { quoteForShell } from '../quote-for-shell.ts';

const claimOf = (work: string): string => join(work, 'claim');

/** As long as a guard may take to start what stands still. */
const waitMs = 120_000;

/**
 * Does what ends a capture, a restore or a migration that was cut off, while nobody else does: a guard, the guard of a boot, another command.
 *
 * @throws ROTA_LOCK_HELD when somebody else has been at it for two minutes
 */
export async function withClaim<T>(host: Pick<Host, 'files' | 'now' | 'sleep'>, work: string, end: () => Promise<T>): Promise<T> {
  return await withLock(host, claimOf(work), { purpose: 'recovery', waitMs }, end);
}

/**
 * The same claim in the words of sh(1): after these lines it is held, or there is nothing to do any more and the script has ended. A process that
 * is gone holds nothing, nor does the one that is guarded, whose time is over. Where no claim can be made, as on a full disk, the script goes on:
 * better started twice than not at all.
 */
export function takeClaim(work: string, armed: string, { pid, startTicks }: Pick<ProcessIdentity, 'pid' | 'startTicks'>): string {
  const [claim, there] = [claimOf(work), armed].map(quoteForShell);
  return `claim=${claim}
mine=${claim}-$$
boot=$(cat /proc/sys/kernel/random/boot_id 2>/dev/null)
tries=0
# Not of one that has ended and waits to be reaped (proc(5), stat).
ticks() { sed -n 's/.*) \\([^ZX]\\)/\\1/p' "/proc/$1/stat" 2>/dev/null | cut -d' ' -f20; }
word() { if test -n "$1"; then printf '"%s"' "$1"; else printf null; fi; }
told() { sed -n "s/.*\\"$1\\":\\"\\{0,1\\}\\([^\\",}]*\\).*/\\1/p" "$2" 2>/dev/null; }
lives() {
  set -- "$(told pid "$1")" "$(told startTicks "$1")" "$(told bootId "$1")"
  test "$1 $2" != '${pid} ${startTicks}' || return 1
  test "$3" = null || test -z "$boot" || test "$3" = "$boot" || return 1
  kill -0 "$1" 2>/dev/null || return 1
  test "$2" = null || test "$2" = "$(ticks "$1")"
}
take() {
  until ln "$mine" "$1" 2>/dev/null; do
    test -e ${there} || return 1
    if ! test -e "$1"; then
      tries=$((tries + 1))
      test "$tries" -lt 5 || return 0
      sleep 1
    elif lives "$1"; then
      sleep 1
    elif take "$1.break"; then
      lives "$1" || rm -f "$1"
      rm -f "$1.break"
    fi
  done
}
printf '{"pid":%s,"startTicks":%s,"bootId":%s,"id":"guard-%s","purpose":"guard","since":"%s"}\\n' \\
  $$ "$(word "$(ticks $$)")" "$(word "$boot")" $$ "$(date -u +%Y-%m-%dT%H:%M:%SZ)" >"$mine"
take "$claim" || { rm -f "$mine"; exit 0; }
rm -f "$mine"
test -e ${there} || { rm -f "$claim"; exit 0; }`;
}

/** Gives it up, after what was to be done. */
export const releaseClaim = 'rm -f "$claim"';
