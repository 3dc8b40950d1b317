import { RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';

/**
 * Everything on the disks that hold these folders is on them afterwards, so that no power cut finds a swap that was made and files that were not
 * yet written (sync(1), `-f`; the call for every file takes many times as long).
 *
 * @throws ROTA_BUNDLE_DISK when a disk did not take it
 */
export async function syncDisks(host: Pick<Host, 'run'>, folders: Iterable<string>): Promise<void> {
  const paths = [...new Set(folders)];
  if (paths.length === 0) return;
  const { exitCode, signal, stderr } = await host.run({ file: 'sync', args: paths.flatMap((path) => ['-f', path]) });
  if (exitCode === 0) return;
  throw new RotaError(
    'ROTA_BUNDLE_DISK',
    `What was written beside ${paths.join(', ')} did not reach the disk: sync ended with ${exitCode ?? signal} (${stderr.trim().slice(-300)})`,
    { suggestions: ['`dmesg` shows what the disk said.'] },
  );
}
