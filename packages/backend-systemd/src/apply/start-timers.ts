import { type Host, RotaError } from '@rota/core';
import { batches, trySystemctl } from '../systemctl.ts';

/**
 * Starts timers; one that runs already stays as it is.
 * @throws ROTA_COMMAND_FAILED with what systemd says, such as a zone that it does not know.
 */
export async function startTimers(host: Host, timers: readonly string[]): Promise<void> {
  for (const batch of batches(timers)) {
    const result = await trySystemctl(host, ['start', ...batch]);
    if (result.exitCode === 0) continue;
    throw new RotaError('ROTA_COMMAND_FAILED', `systemd did not start every timer: ${result.stderr.trim()}`, {
      suggestions: [`systemd-analyze --user verify ${batch[0]}`],
    });
  }
}
