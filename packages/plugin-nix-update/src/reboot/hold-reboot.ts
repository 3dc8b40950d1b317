import { failureOf } from '../machine/classify-output.ts';
import { cancelRestart, isRestartAnnounced } from '../machine/systemd-commands.ts';
import type { UpdateContext } from '../update-context.ts';
import { readRebootMarker, writeRebootMarker } from './reboot-marker.ts';

/**
 * Takes back the reboot that an earlier update has announced: it must not come in the middle of an activation. Whether there is one is decided
 * anew when this update ends.
 */
export async function holdReboot({
  host,
  layout,
  call,
  warn,
}: Pick<UpdateContext, 'host' | 'layout' | 'call' | 'warn'>): Promise<void> {
  const marker = readRebootMarker(host.files, layout.reboot);
  if (marker?.state !== 'scheduled' || !isRestartAnnounced(host.files)) return;
  const cancelled = await call(cancelRestart());
  if (cancelled.exitCode === 0) writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'pending' });
  else warn(failureOf(cancelled, 'boot', 'shutdown -c').message);
}
