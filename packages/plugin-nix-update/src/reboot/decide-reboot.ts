import { failureOf } from '../machine/classify-output.ts';
import { followLink } from '../machine/follow-link.ts';
import { keepPath } from '../machine/nix-commands.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import { announcedShutdown, cancelRestart } from '../machine/systemd-commands.ts';
import { readBadRevisions } from '../record/bad-revisions.ts';
import type { RunFacts } from '../record/finish-report.ts';
import type { UpdateContext } from '../update-context.ts';
import { announcedBy, announcedBySomebody, announceReboot } from './announce-reboot.ts';
import { forgetReboot } from './forget-reboot.ts';
import { rebootAllowed } from './reboot-allowed.ts';
import { type RebootMarker, type RebootState, readRebootMarker, writeRebootMarker } from './reboot-marker.ts';
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
  /** What was sent back just now, blamed or not: no way back. */
  readonly sentBack?: string | null;
}

/**
 * Decides about a reboot, and announces it where it is allowed now. The marker is written before: whoever looks after the boot knows what was to
 * come. Outside the window it stays pending, for a later run.
 */
export async function decideReboot(context: UpdateContext, input: DecideRebootInput): Promise<RebootState> {
  const { host, settings, system, layout, warn } = context;
  if (system.kind === 'home-manager') return 'not-needed';
  const bootId = readBootId(host.files);
  const marker = readRebootMarker(host.files, layout.reboot);
  // One that a boot has come after tells nothing of this one.
  const waiting = marker?.bootId === bootId ? marker : null;
  const awaitedBefore = waiting?.expected === input.target ? waiting : null;
  if (settings.operation === 'test') return waiting?.state ?? 'not-needed';
  const need = rebootNeed(host.files, system, followLink(host.files, system.profile));
  const awaited = input.needsBoot || awaitedBefore !== null;
  const needed = awaited || need.needed === true || (settings.reboot === 'always' && input.baseline.profile !== input.target);
  if (!needed) {
    if (need.needed === null) return 'unknown';
    await forget(context, announcedBy(host.files, waiting) === 'updater');
    return 'not-needed';
  }
  const now = input.rebootNow || rebootAllowed(context);
  const fresh = {
    formatVersion: 1,
    expected: input.target,
    previous: systemToGoBackTo(context, input, waiting),
    bootId,
    since: awaitedBefore?.since ?? new Date(host.now()).toISOString(),
    reasons: need.reasons.length > 0 ? need.reasons : ['it is active after a boot only'],
    failedUnits: input.baseline.failedUnits,
    lockDigest: input.facts.lockDigest ?? awaitedBefore?.lockDigest ?? null,
  } as const;
  await keepForBoot(context, fresh.previous);
  // What was announced before goes on, and boots what is the default then.
  const by = announcedBy(host.files, waiting);
  const goesOn = by === 'updater' && !input.rebootNow && !(now && isPutOff(context));
  if (by === 'somebody' && !input.rebootNow) warn(announcedBySomebody(host.files));
  if (goesOn || !now || (by === 'somebody' && !input.rebootNow)) {
    const state = by === 'updater' ? 'scheduled' : 'pending';
    writeRebootMarker(host.files, layout.reboot, { ...fresh, state, announcedFor: waiting?.announcedFor ?? null });
    return state;
  }
  const announced = await announceReboot(context, fresh, input.rebootNow ? 0 : settings.rebootDelay);
  if (announced.exitCode === 0) return 'scheduled';
  warn(failureOf(announced, 'boot', 'The reboot').message);
  return 'pending';
}

/** `shutdown` rounds up to minutes. */
const roundingMs = 60_000;

/** Our own is announced for later than the updater ever announces it: the clock was set back since, and what was minutes may be years. */
function isPutOff({ host, settings }: UpdateContext): boolean {
  const shutdown = announcedShutdown(host.files);
  return shutdown !== null && shutdown.at - host.now() > settings.rebootDelay + 2 * roundingMs;
}

/** The target went back to what is booted: nothing is awaited any more, and an announced reboot would be for nothing. */
async function forget({ host, layout, call }: UpdateContext, isAnnounced: boolean): Promise<void> {
  if (isAnnounced) await call(cancelRestart());
  forgetReboot(host.files, layout);
}

/**
 * Where a boot that fails goes back to. What an earlier update of this boot left pending has never booted, so that the system before that one stays
 * the way back; nothing that was sent back is one, also where that was not its fault. With nothing else it is the target itself.
 */
function systemToGoBackTo(
  { host, system, layout }: UpdateContext,
  { baseline, target, sentBack = null }: DecideRebootInput,
  waiting: RebootMarker | null,
): string {
  // Decided before, without a way back.
  if (waiting?.expected === target && waiting.previous === target) return target;
  const bad = new Set(readBadRevisions(host.files, layout.badRevisions).map(({ path }) => path));
  const booted = system.booted === null ? null : followLink(host.files, system.booted);
  const candidates = [waiting?.previous ?? null, baseline.profile, booted].filter((path) => path !== null);
  return candidates.find((path) => path !== target && path !== sentBack && !bad.has(path)) ?? target;
}

/** The generations may be deleted before the boot. */
async function keepForBoot({ call, layout, warn }: UpdateContext, path: string): Promise<void> {
  const result = await call(keepPath(path, layout.bootRoot));
  if (result.exitCode !== 0) warn(failureOf(result, 'boot', 'Keeping the system that a boot which fails goes back to').message);
}
