import { failureOf } from '../machine/classify-output.ts';
import { followLink } from '../machine/follow-link.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import { cancelRestart, restart } from '../machine/systemd-commands.ts';
import type { RunFacts } from '../record/finish-report.ts';
import type { UpdateContext } from '../update-context.ts';
import { rebootAllowed } from './reboot-allowed.ts';
import { type RebootState, readRebootMarker, writeRebootMarker } from './reboot-marker.ts';
import { rebootNeed } from './reboot-needed.ts';

export interface DecideRebootInput {
  readonly baseline: Pick<Baseline, 'profile' | 'failedUnits'>;
  readonly facts: Pick<RunFacts, 'lockDigest'>;
  /** Store path of what boots next. */
  readonly target: string;
  /** It cannot be active before a boot. */
  readonly needsBoot: boolean;
  /** A person asks for it now, whatever the window. */
  readonly rebootNow: boolean;
}

/**
 * Decides about a reboot, and announces it where it is allowed now. The marker is written before: whoever looks after the boot knows what was to
 * come. Outside the window it stays pending, for a later run.
 */
export async function decideReboot(context: UpdateContext, input: DecideRebootInput): Promise<RebootState> {
  const { host, settings, system, layout, call, warn } = context;
  if (system.kind === 'home-manager') return 'not-needed';
  const marker = readRebootMarker(host.files, layout.reboot);
  if (settings.operation === 'test') return marker?.state ?? 'not-needed';
  const need = rebootNeed(host.files, system, followLink(host.files, system.profile));
  const awaited = input.needsBoot || marker?.expected === input.target;
  const needed = awaited || need.needed === true || (settings.reboot === 'always' && input.baseline.profile !== input.target);
  if (!needed) {
    if (need.needed === null) return 'unknown';
    await forget(context, marker?.state === 'scheduled');
    return 'not-needed';
  }
  const now = input.rebootNow || rebootAllowed(context);
  const fresh = {
    formatVersion: 1,
    expected: input.target,
    previous: marker?.expected === input.target ? marker.previous : input.baseline.profile,
    bootId: readBootId(host.files),
    since: marker?.expected === input.target ? marker.since : new Date(host.now()).toISOString(),
    reasons: need.reasons.length > 0 ? need.reasons : ['it is active after a boot only'],
    failedUnits: input.baseline.failedUnits,
    lockDigest: input.facts.lockDigest,
  } as const;
  writeRebootMarker(host.files, layout.reboot, { ...fresh, state: now ? 'scheduled' : 'pending' });
  if (!now) return 'pending';
  const announced = await call(restart(input.rebootNow ? 0 : settings.rebootDelay, settings.rebootMessage));
  if (announced.exitCode === 0) return 'scheduled';
  warn(failureOf(announced, 'boot', 'The reboot').message);
  writeRebootMarker(host.files, layout.reboot, { ...fresh, state: 'pending' });
  return 'pending';
}

/** The target went back to what is booted: nothing is awaited any more, and an announced reboot would be for nothing. */
async function forget({ host, layout, call }: UpdateContext, scheduled: boolean): Promise<void> {
  if (scheduled) await call(cancelRestart());
  host.files.remove(layout.reboot);
}
