import { defineSchedule, previousFire } from '@rota/core';
import { scheduleText } from '../settings/schedule-text.ts';
import type { UpdateContext } from '../update-context.ts';
import { inWindow } from './in-window.ts';

/** Beyond the jitter and the limits of the steps: waiting for a network, a slow night. */
const slackMs = 3_600_000;

/**
 * Whether a run may reboot the machine by itself. A person decides about that alone (`rota nix reboot`); the scheduler may in the window. Without a
 * window that is the night of the schedule: a run that is caught up in the morning leaves the reboot pending.
 */
export function rebootAllowed({ host, settings, cause }: Pick<UpdateContext, 'host' | 'settings' | 'cause'>): boolean {
  if (cause !== 'scheduled' || !settings.autoReboot || settings.reboot === 'never') return false;
  const at = host.now() + settings.rebootDelay;
  if (settings.rebootWindow !== undefined) return inWindow(at, host.timezone, settings.rebootWindow);
  const fire = previousFire(defineSchedule(scheduleText(settings.schedule), host.timezone), Math.floor(host.now() / 1000));
  const longestMs = settings.randomizedDelay + settings.timeout + 2 * settings.activationTimeout + slackMs;
  return fire !== null && at - fire * 1000 <= longestMs;
}
