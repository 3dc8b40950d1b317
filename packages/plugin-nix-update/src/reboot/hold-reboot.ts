import { failureOf } from '../machine/classify-output.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import { cancelRestart } from '../machine/systemd-commands.ts';
import type { UpdateContext } from '../update-context.ts';
import { announcedBy } from './announce-reboot.ts';
import { readRebootMarker, writeRebootMarker } from './reboot-marker.ts';

/**
 * Takes back the reboot that an update has announced: it must not come in the middle of an activation, or while a boot entry is written. Whether
 * there is one is decided anew at the end. What somebody else has announced is left to them.
 */
export async function holdReboot({
  host,
  layout,
  call,
  warn,
}: Pick<UpdateContext, 'host' | 'layout' | 'call' | 'warn'>): Promise<void> {
  const marker = readRebootMarker(host.files, layout.reboot);
  if (marker?.state !== 'scheduled' || marker.bootId !== readBootId(host.files)) return;
  if (announcedBy(host.files, marker) !== 'updater') return;
  const cancelled = await call(cancelRestart());
  if (cancelled.exitCode !== 0) {
    warn(failureOf(cancelled, 'boot', 'shutdown -c').message);
    return;
  }
  try {
    writeRebootMarker(host.files, layout.reboot, { ...marker, state: 'pending' });
  } catch (error) {
    // A full disk must not stop a rollback, and what is announced is told by systemd.
    warn(`That the reboot waits again could not be noted: ${error instanceof Error ? error.message : String(error)}`);
  }
}
