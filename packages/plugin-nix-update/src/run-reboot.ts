import { type Host, withLock } from '@rota/core';
import { failureOf } from './machine/classify-output.ts';
import { cancelRestart, restart } from './machine/systemd-commands.ts';
import { openContext } from './open-context.ts';
import { inWindow } from './reboot/in-window.ts';
import { readRebootMarker, writeRebootMarker } from './reboot/reboot-marker.ts';
import type { NixUpdateOptions } from './settings/options-schema.ts';
import { usableSettings } from './settings/usable-settings.ts';

/** What a reboot is called with. */
export interface RebootInput {
  /** @default the options of the last update */
  readonly options?: NixUpdateOptions | undefined;
  /** @default this machine and this user */
  readonly host?: Host;
  /** `when-due`: if an update waits for it and the window is open. `now`: whatever the window. `cancel`: take an announced one back. */
  readonly mode: 'when-due' | 'now' | 'cancel';
}

/** What came of it; `not-due`: none is awaited, or the window is closed. */
export interface RebootAnswer {
  readonly outcome: 'scheduled' | 'cancelled' | 'not-due' | 'failed';
  readonly reason: string;
}

/** Announces the reboot that an update waits for, or takes it back. @throws ROTA_LOCK_HELD */
export async function rebootForUpdate(input: RebootInput): Promise<RebootAnswer> {
  const { context } = openContext(usableSettings(input), 'manual', input.host);
  const { host, layout, settings, call } = context;
  return await withLock(host, layout.lock, { purpose: 'nix reboot', waitMs: 0 }, async (): Promise<RebootAnswer> => {
    const marker = readRebootMarker(host.files, layout.reboot);
    if (input.mode === 'cancel') {
      const cancelled = await call(cancelRestart());
      if (marker !== null) writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'pending' });
      return cancelled.exitCode === 0
        ? { outcome: 'cancelled', reason: 'The machine stays up; the update still waits for a reboot.' }
        : { outcome: 'failed', reason: failureOf(cancelled, 'boot', 'shutdown -c').message };
    }
    if (marker === null) return { outcome: 'not-due', reason: 'No update waits for a reboot.' };
    const delay = input.mode === 'now' ? 0 : settings.rebootDelay;
    if (input.mode === 'when-due') {
      if (!settings.autoReboot || settings.reboot === 'never')
        return { outcome: 'not-due', reason: 'Automatic reboots are off.' };
      if (!inWindow(host.now() + delay, host.timezone, settings.rebootWindow))
        return { outcome: 'not-due', reason: 'The reboot window is closed.' };
    }
    writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'scheduled' });
    const announced = await call(restart(delay, settings.rebootMessage));
    if (announced.exitCode === 0)
      return { outcome: 'scheduled', reason: `For ${marker.expected} (${marker.reasons.join(', ')}).` };
    writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'pending' });
    return { outcome: 'failed', reason: failureOf(announced, 'boot', 'The reboot').message };
  });
}
