import type { Files } from '@rota/core';
import type { UpdateLayout } from '../machine/layout.ts';

/** No boot is awaited any more, and what it would have gone back to need not be kept for it. */
export function forgetReboot(
  files: Pick<Files, 'remove'>,
  { reboot, bootRoot }: Pick<UpdateLayout, 'reboot' | 'bootRoot'>,
): void {
  files.remove(reboot);
  files.remove(bootRoot);
}
