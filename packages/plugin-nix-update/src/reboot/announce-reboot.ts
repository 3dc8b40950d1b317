import type { ProcessResult } from '@rota/core';
import { announcedShutdown, isRestartAnnounced, restart } from '../machine/systemd-commands.ts';
import type { UpdateContext } from '../update-context.ts';
import { type RebootMarker, writeRebootMarker } from './reboot-marker.ts';

/** Announces a reboot, and takes down for when. With another exit status than 0 none is announced, and the update still waits for it. */
export async function announceReboot(
  { host, settings, layout, call }: Pick<UpdateContext, 'host' | 'settings' | 'layout' | 'call'>,
  marker: Omit<RebootMarker, 'state' | 'announcedFor'>,
  delayMs: number,
): Promise<ProcessResult> {
  writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'scheduled', announcedFor: null });
  const announced = await call(restart(delayMs, settings.rebootMessage));
  const scheduled = announced.exitCode === 0;
  const announcedFor = scheduled ? (announcedShutdown(host.files)?.at ?? null) : null;
  writeRebootMarker(host.files, layout.reboot, { ...marker, state: scheduled ? 'scheduled' : 'pending', announcedFor });
  return announced;
}

/** As `shutdown -r` is scheduled: with another kernel loaded by kexec, systemd makes that of it. */
const rebootModes: ReadonlySet<string> = new Set(['reboot', 'kexec']);

/**
 * Whose what is announced is: that of the updater, or somebody else's, who may have put the updater's off. `null`: nothing is announced. Where the
 * updater was cut off before it took down for when, the reboot is its own: the marker says `scheduled` only for that.
 */
export function announcedBy(
  files: UpdateContext['host']['files'],
  marker: Pick<RebootMarker, 'state' | 'announcedFor'> | null,
): 'updater' | 'somebody' | null {
  if (!isRestartAnnounced(files)) return null;
  const shutdown = announcedShutdown(files);
  if (marker === null || shutdown === null || !rebootModes.has(shutdown.mode)) return 'somebody';
  const isOwn = marker.announcedFor === null ? marker.state === 'scheduled' : shutdown.at === marker.announcedFor;
  return isOwn ? 'updater' : 'somebody';
}

/** What somebody else has announced, in words. */
export function announcedBySomebody(files: UpdateContext['host']['files']): string {
  const shutdown = announcedShutdown(files);
  const what = shutdown === null ? 'a shutdown' : `${shutdown.mode} for ${new Date(shutdown.at).toISOString()}`;
  return `Somebody has announced ${what}: that stays, and the update waits for the next boot.`;
}
