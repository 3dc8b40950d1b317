import { dirname } from 'node:path';
import { isRotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { ownIdentity } from '../../state/process-identity.ts';
import { quoteForShell } from '../quote-for-shell.ts';
import { armAtBoot, type BootGuard } from '../service/boot-guard.ts';
import { releaseClaim, takeClaim } from '../service/claim.ts';
import { guardEnvironment } from '../service/guard-environment.ts';

/** A shell script for a process, or a transient unit, that outlives this one. It needs neither Node nor this program. */
export interface GuardInput {
  readonly script: string;
  /** While this file is there, the guard has something to guard. */
  readonly armed: string;
  /** After so long the guarded process is ended, however alive it is. */
  readonly guardMs: number;
  /** What is found out or waited for before, when the guarded process is gone; it changes nothing. @default nothing */
  readonly before?: string;
  /** What is done then, while nobody else does it; `armed` is removed unless it says `failed=1`. */
  readonly work: string;
  readonly system: boolean;
  /** It is to act as well when the machine has gone down with the guarded process. */
  readonly atBoot?: BootGuard;
}

/** Starts a guard of this process. As a transient unit it also outlives a service that is ended as a whole (systemd.kill(5)). */
export async function startGuard(
  host: Host,
  { script, armed, guardMs, before = '', work, system, atBoot }: GuardInput,
): Promise<void> {
  const { pid, startTicks } = ownIdentity(host.files);
  const same =
    startTicks === null ? 'return 0' : `test "$(sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -d' ' -f20)" = ${startTicks}`;
  const text = `#!/bin/sh
# Acts when the migration that wrote this is gone, as it is at a boot.
${guardEnvironment(host)}
left=${Math.ceil(guardMs / 1000)}
alive() {
  kill -0 ${pid} 2>/dev/null || return 1
  ${same}
}
if test "\${1:-}" = boot; then left=0; alive() { return 1; }; fi
while test -e ${quoteForShell(armed)} && alive && test "$left" -gt 0; do
  sleep 1
  left=$((left - 1))
done
test -e ${quoteForShell(armed)} || exit 0
if alive; then kill -KILL ${pid}; fi
${before}
${takeClaim(dirname(armed), armed, { pid, startTicks })}
failed=0
${work}
test "$failed" = 0 && rm -f ${quoteForShell(armed)}
${releaseClaim}
`;
  host.files.write(script, text, 0o700);
  try {
    const { exitCode } = await host.run({
      file: 'systemd-run',
      args: [
        ...(system ? [] : ['--user']),
        '--quiet',
        '--collect',
        '--property=KillMode=process',
        `--unit=rota-migration-guard-${pid}-${host.now()}`,
        '/bin/sh',
        script,
      ],
      timeoutMs: 10_000,
    });
    if (exitCode === 0) {
      if (atBoot !== undefined) armAtBoot(host, atBoot);
      return;
    }
  } catch (error) {
    if (!isRotaError(error)) throw error;
  }
  await host.run({ file: '/bin/sh', args: [script], detached: true });
}
