import { type Host, RotaError } from '@rota/core';
import { batches, trySystemctl } from '../systemctl.ts';

/**
 * Starts timers; one that runs already stays as it is. systemd refuses a unit's sixth start within ten seconds (`StartLimitBurst=`), which several
 * quick applies reach: its count is then forgotten, and the start asked for once more.
 * @throws ROTA_COMMAND_FAILED with what systemd says, such as a zone that it does not know.
 */
export async function startTimers(host: Host, timers: readonly string[]): Promise<void> {
  for (const batch of batches(timers)) {
    const first = await trySystemctl(host, ['start', ...batch]);
    if (first.exitCode === 0) continue;
    await trySystemctl(host, ['reset-failed', ...batch]);
    const { exitCode, stderr } = await trySystemctl(host, ['start', ...batch]);
    if (exitCode === 0) continue;
    throw new RotaError('ROTA_COMMAND_FAILED', `systemd did not start every timer: ${stderr.trim()}`, {
      suggestions: [`systemd-analyze --user verify ${batch[0]}`],
    });
  }
}
