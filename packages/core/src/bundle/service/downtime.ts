import { basename, join } from 'node:path';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import type { Command } from '../../job/job.ts';
import { ownIdentity } from '../../state/process-identity.ts';
import { quoteForShell, shellCommand } from '../quote-for-shell.ts';
import type { BundleService, BundleSpec } from '../spec/bundle-spec.ts';
import { armAtBoot, type BootGuard, bootGuardFiles, disarmAtBoot } from './boot-guard.ts';
import { releaseClaim, takeClaim } from './claim.ts';
import { guardEnvironment } from './guard-environment.ts';
import { needsSystemManager } from './needs-system-manager.ts';
import { isInUnit, outsideOfUnit } from './outside-of-unit.ts';

/** What stands still, written before it is stopped, so that anybody can start it again. */
interface DowntimeJournal {
  readonly pid: number;
  readonly startTicks: string | null;
  readonly bootId: string | null;
  /** What starts it again, in this order. */
  readonly wake: readonly Sleeper[];
  /** Files of the guard for the next boot. */
  readonly atBoot?: readonly string[];
}

interface Sleeper {
  readonly name: string;
  readonly command: Command;
  /** It starts processes that are its own, and not a unit's. */
  readonly leavesProcess?: boolean;
}

/** How a guard was started: as a transient unit of systemd, or as a process of its own. */
export type GuardKind = 'systemd-run' | 'process';

/** A service that stands still, and the promise that it is started again. */
export interface Downtime {
  readonly guard: GuardKind | undefined;
  readonly stopped: readonly string[];
  /** Whether all of it stands still yet: the guard may have started it, because it took too long. */
  isWhole(): boolean;
  /** Starts what was running, and disarms the guard. Resolves to the milliseconds that it stood still. @throws ROTA_BUNDLE_HOOK */
  end(): Promise<number>;
}

const journalName = 'downtime.json';
/** There from when the guard begins to start what stands still. */
const wakingName = 'waking';

/**
 * Stops what runs and freezes what is to hold still. Before the first stop the journal is written and a guard is armed: a process outside
 * this one, which starts everything again as soon as this process is gone or after `guardMs`. What did not run is not started. A machine
 * that goes down meanwhile starts its enabled units itself; {@link wakeAbandoned} does the rest at the next command.
 *
 * @throws ROTA_BUNDLE_HOOK when something does not stop, or before the first stop when the guard would end with the unit that this process is of
 */
export async function beginDowntime(
  host: Host,
  spec: Pick<BundleSpec, 'services' | 'quiesce' | 'hookTimeoutMs'>,
  work: string,
  options: {
    readonly guardMs: number;
    readonly freeze: boolean;
    /** Services that are started at the end although they do not run now. */
    readonly alsoWake?: readonly string[];
    /** What the guard does before it starts anything, in the words of sh(1). */
    readonly guardFirst?: string;
  },
): Promise<Downtime> {
  const running: BundleService[] = [];
  for (const service of spec.services) {
    const [file = '', ...args] = service.running;
    const { exitCode } = await host.run({ file, args, timeoutMs: spec.hookTimeoutMs });
    if (exitCode === 0) running.push(service);
  }
  const frozen = options.freeze ? spec.quiesce : [];
  const wake = [
    ...frozen.map(({ name, thaw }) => ({ name, command: thaw })).reverse(),
    ...spec.services
      .filter((service) => running.includes(service) || options.alsoWake?.includes(service.name))
      .map(({ name, start, scope }) => ({ name, command: start, leavesProcess: scope === undefined }))
      .reverse(),
  ];
  if (wake.length === 0) return { guard: undefined, stopped: [], isWhole: () => true, end: async () => 0 };
  const [armed, waking] = [join(work, journalName), join(work, wakingName)];
  const woken = spec.services.filter(({ name }) => wake.some((one) => one.name === name));
  const system = needsSystemManager(host, woken);
  const boot: BootGuard = { name: `rota-bundle-guard-${basename(work)}`, script: join(work, 'guard.sh'), armed, system };
  // A guard of an earlier attempt may stand elsewhere.
  const atBoot = [...new Set([...bootGuardFiles(host, boot), ...(readJournal(host, work)?.atBoot ?? [])])];
  const journal: DowntimeJournal = { ...ownIdentity(host.files), wake, atBoot };
  if (host.files.facts(waking) !== undefined) host.files.remove(waking);
  const earlier = host.files.readText(armed);
  host.files.write(armed, `${JSON.stringify(journal)}\n`);
  const stops = woken.map(({ stop }) => stop);
  // What stands still already is better started for a while than not at all.
  const mayRefuse = running.length + frozen.length > 0;
  const guard = await armGuard(host, work, journal, { ...options, stops, mayRefuse }, system).catch((error: unknown) => {
    // What stands still since an earlier attempt is not forgotten.
    if (earlier === undefined) host.files.remove(armed);
    else host.files.write(armed, earlier);
    throw error;
  });
  if (guard === 'systemd-run') armAtBoot(host, boot);
  const since = host.now();
  const end = async (): Promise<number> => {
    await wakeAll(host, wake, spec.hookTimeoutMs);
    disarmAtBoot(host, journal.atBoot);
    host.files.remove(armed);
    return host.now() - since;
  };
  const isWhole = (): boolean => host.files.facts(armed) !== undefined && host.files.facts(waking) === undefined;
  try {
    for (const { name, freeze } of frozen) await runStep(host, `Freezing ${name}`, freeze, spec.hookTimeoutMs);
    for (const { name, stop } of running) await runStep(host, `Stopping ${name}`, stop, spec.hookTimeoutMs);
  } catch (error) {
    await end();
    throw error;
  }
  return { guard, stopped: running.map(({ name }) => name), isWhole, end };
}

function readJournal(host: Pick<Host, 'files'>, work: string): DowntimeJournal | undefined {
  const text = host.files.readText(join(work, journalName));
  return text === undefined ? undefined : JSON.parse(text);
}

/** What a journal of a capture or a restore says stands still. */
export function sleepersOf(host: Pick<Host, 'files'>, work: string): readonly string[] {
  return readJournal(host, work)?.wake.map(({ name }) => name) ?? [];
}

/** Starts what an earlier capture or restore left standing still. Resolves to the names. */
export async function wakeAbandoned(host: Host, work: string): Promise<readonly string[]> {
  const journal = readJournal(host, work);
  if (journal === undefined) return [];
  await wakeAll(host, journal.wake, 60_000);
  disarmAtBoot(host, journal.atBoot);
  host.files.remove(join(work, journalName));
  return journal.wake.map(({ name }) => name);
}

/** Everything is tried, whatever fails. */
async function wakeAll(host: Host, wake: DowntimeJournal['wake'], timeoutMs: number): Promise<void> {
  const outside = wake.some(({ leavesProcess }) => leavesProcess) ? await outsideOfUnit(host) : undefined;
  let failure: unknown;
  for (const { name, command: own, leavesProcess } of wake) {
    const command = (leavesProcess && outside?.(own)) || own;
    for (let attempt = 1; ; attempt++) {
      try {
        await runStep(host, `Starting ${name}`, command, timeoutMs);
        break;
      } catch (error) {
        if (attempt < 3) {
          await host.sleep(200 * attempt);
          continue;
        }
        failure ??= error;
        break;
      }
    }
  }
  if (failure !== undefined) throw failure;
}

async function runStep(host: Host, what: string, [file = '', ...args]: Command, timeoutMs: number): Promise<void> {
  const result = await host.run({ file, args, timeoutMs });
  if (result.exitCode === 0 && !result.timedOut) return;
  const how = result.timedOut ? `took longer than ${timeoutMs} ms` : `ended with ${result.exitCode ?? result.signal}`;
  throw new RotaError('ROTA_BUNDLE_HOOK', `${what} failed: ${file} ${how} (${result.stderr.trim().slice(0, 500)})`);
}

/**
 * The guard is a shell script, so that it needs neither Node nor this program. As a transient unit it also outlives a service that is ended
 * as a whole (systemd.kill(5), control-group); where no systemd answers it is a process in a session of its own.
 */
async function armGuard(
  host: Host,
  work: string,
  journal: DowntimeJournal,
  given: {
    readonly guardMs: number;
    readonly guardFirst?: string;
    readonly stops: readonly Command[];
    readonly mayRefuse: boolean;
  },
  system: boolean,
): Promise<GuardKind> {
  const script = join(work, 'guard.sh');
  host.files.write(script, guardScript(work, journal, { ...given, environment: guardEnvironment(host) }), 0o700);
  const scope = system ? [] : ['--user'];
  const unit = `--unit=rota-bundle-guard-${journal.pid}-${host.now()}`;
  try {
    const { exitCode } = await host.run({
      file: 'systemd-run',
      // What it starts is to outlive it (systemd.kill(5)).
      args: [...scope, '--quiet', '--collect', '--property=KillMode=process', unit, '/bin/sh', script],
      timeoutMs: 10_000,
    });
    if (exitCode === 0) return 'systemd-run';
  } catch (error) {
    if (!isRotaError(error)) throw error;
  }
  if (given.mayRefuse) refuseInUnit(host, journal);
  await host.run({ file: '/bin/sh', args: [script], detached: true });
  return 'process';
}

/** A process of its own ends with the unit that this process is of, and so would what it or this process starts. */
function refuseInUnit(host: Pick<Host, 'env' | 'user'>, { wake }: DowntimeJournal): void {
  if (!isInUnit(host)) return;
  const names = wake.map(({ name }) => name).join(', ');
  throw new RotaError(
    'ROTA_BUNDLE_HOOK',
    `Nothing was stopped: this runs in a unit of systemd, where systemd-run starts nothing, so what is to start ${names} again would end with the unit.`,
    {
      suggestions: [
        host.user.uid === 0
          ? 'Make systemd-run work in the unit: it has to reach the manager of the system.'
          : 'Make systemd-run --user work in the unit: loginctl enable-linger for its user, and XDG_RUNTIME_DIR=/run/user/UID in its environment.',
        'Or run it outside of a unit, from a shell or cron.',
      ],
    },
  );
}

function guardScript(
  work: string,
  { pid, startTicks, wake, atBoot = [] }: DowntimeJournal,
  {
    guardMs,
    guardFirst = '',
    stops,
    environment,
  }: {
    readonly guardMs: number;
    readonly guardFirst?: string;
    readonly stops: readonly Command[];
    readonly environment: string;
  },
): string {
  const [armed, waking] = [journalName, wakingName].map((name) => quoteForShell(join(work, name)));
  const commands = wake.map(({ command }) => shellCommand(command));
  // What a boot has started on roots that are to be put back is stopped first.
  const stopFirst = guardFirst === '' ? [] : stops.map((stop) => `  ${shellCommand(stop)}`);
  return `#!/bin/sh
# Starts again what a capture or a restore stopped, should that process not come to do it. At a boot that process is gone.
${environment}
left=${Math.ceil(guardMs / 1000)}
alive() {
  kill -0 ${pid} 2>/dev/null || return 1
  ${startTicks === null ? 'return 0' : `test "$(sed 's/.*) //' /proc/${pid}/stat 2>/dev/null | cut -d' ' -f20)" = ${startTicks}`}
}
test "\${1:-}" = boot && left=0
while test -e ${armed} && alive && test "$left" -gt 0; do
  sleep 1
  left=$((left - 1))
done
test -e ${armed} || exit 0
${takeClaim(work, join(work, journalName), { pid, startTicks })}
: >${waking}
failed=0
if test "\${1:-}" = boot; then
  :
${stopFirst.join('\n')}
fi
${guardFirst}
${commands.map((command) => `${command} || { sleep 2; ${command}; } || failed=1`).join('\n')}
test "$failed" = 0 && rm -f ${[armed, waking, ...atBoot.map(quoteForShell)].join(' ')}
${releaseClaim}
`;
}
