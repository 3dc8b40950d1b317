import { type Host, isRotaError, lockHolder, withLock } from '@rota/core';
import { failureOf } from './machine/classify-output.ts';
import { followLink } from './machine/follow-link.ts';
import { readBootId } from './machine/read-boot-id.ts';
import { cancelRestart, isRestartAnnounced } from './machine/systemd-commands.ts';
import { openContext } from './open-context.ts';
import { announcedBy, announcedBySomebody, announceReboot } from './reboot/announce-reboot.ts';
import { inWindow } from './reboot/in-window.ts';
import { readRebootMarker, writeRebootMarker } from './reboot/reboot-marker.ts';
import { updatePurpose } from './run-update.ts';
import { verificationPurpose } from './run-verification.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { usableSettings } from './settings/usable-settings.ts';
import type { UpdateContext } from './update-context.ts';

/** What a reboot is called with. */
export interface RebootInput {
  /** @default the options of the last update */
  readonly options?: NixUpdateOptions | undefined;
  /** @default this machine and this user */
  readonly host?: Host;
  /** `when-due`: if an update waits for it and the window is open. `now`: whatever the window. `cancel`: take an announced one back. */
  readonly mode: 'when-due' | 'now' | 'cancel';
}

/** What came of it; `not-due`: none is awaited or announced, it has been, or the window is closed. */
export interface RebootAnswer {
  readonly outcome: 'scheduled' | 'cancelled' | 'not-due' | 'failed';
  readonly reason: string;
}

/** What decides about a reboot itself, at its end. */
const deciding: ReadonlySet<string> = new Set([updatePurpose, verificationPurpose]);

/** A rollback takes about so long. */
const patienceMs = 60_000;

/**
 * Announces the reboot that an update waits for, or takes it back. Whatever else is under way is waited for, a minute.
 *
 * @throws ROTA_LOCK_HELD, which says what is under way; but for what is not due while an update, or the look after a boot, runs
 */
export async function rebootForUpdate(input: RebootInput): Promise<RebootAnswer> {
  const { context } = openContext(usableSettings(input), 'manual', input.host);
  const { host, layout } = context;
  if (input.mode === 'cancel') return await cancel(context);
  const { mode } = input;
  const work = async (): Promise<RebootAnswer> => await decide(context, mode);
  const holder = (): string | undefined => lockHolder(host, layout.lock)?.purpose;
  try {
    return await withLock(
      host,
      layout.lock,
      { purpose: 'nix reboot', waitMs: deciding.has(holder() ?? '') ? 0 : patienceMs },
      work,
    );
  } catch (error) {
    if (mode !== 'when-due' || !isRotaError(error) || error.code !== 'ROTA_LOCK_HELD' || !deciding.has(holder() ?? ''))
      throw error;
    // The window may open while a long one of them goes on: no failure that somebody has to be told of, or that is held against what it looks at.
    return { outcome: 'not-due', reason: `What runs decides about the reboot when it ends. ${error.message}` };
  }
}

async function decide(context: UpdateContext, mode: 'when-due' | 'now'): Promise<RebootAnswer> {
  const { host, layout, settings, system } = context;
  const marker = readRebootMarker(host.files, layout.reboot);
  if (marker === null) return { outcome: 'not-due', reason: 'No update waits for a reboot.' };
  // Without this a machine whose look after the boot never comes about would reboot night after night.
  if (marker.bootId !== readBootId(host.files))
    return { outcome: 'not-due', reason: 'It has rebooted since; whether what booted is well is told by: rota nix verify' };
  if (followLink(host.files, system.profile) !== marker.expected)
    return { outcome: 'not-due', reason: `Somebody has made another system the default than ${marker.expected}, which waits.` };
  const delay = mode === 'now' ? 0 : settings.rebootDelay;
  if (mode === 'when-due') {
    if (!settings.autoReboot || settings.reboot === 'never') return { outcome: 'not-due', reason: 'Automatic reboots are off.' };
    if (!inWindow(host.now() + delay, host.timezone, settings.rebootWindow))
      return { outcome: 'not-due', reason: 'The reboot window is closed.' };
    if (announcedBy(host.files, marker) === 'somebody') return { outcome: 'not-due', reason: announcedBySomebody(host.files) };
  }
  const announced = await announceReboot(context, marker, delay);
  if (announced.exitCode === 0) return { outcome: 'scheduled', reason: `For ${marker.expected} (${marker.reasons.join(', ')}).` };
  return { outcome: 'failed', reason: failureOf(announced, 'boot', 'The reboot').message };
}

/** Without the lock: an update that has announced it may still be telling others, and there are minutes only. */
async function cancel({ host, layout, call }: UpdateContext): Promise<RebootAnswer> {
  if (!isRestartAnnounced(host.files)) return { outcome: 'not-due', reason: 'No reboot is announced.' };
  const cancelled = await call(cancelRestart());
  if (cancelled.exitCode !== 0) return { outcome: 'failed', reason: failureOf(cancelled, 'boot', 'shutdown -c').message };
  const marker = readRebootMarker(host.files, layout.reboot);
  if (marker !== null) writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'pending' });
  const still = marker === null ? 'no update waits' : 'the update still waits';
  return { outcome: 'cancelled', reason: `The machine stays up; ${still} for a reboot.` };
}
