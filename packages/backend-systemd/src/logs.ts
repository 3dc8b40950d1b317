import { type Host, isRotaError, type JobKey } from '@rota/core';
import { managerEnvironment } from './systemctl.ts';
import { unitName } from './unit-name.ts';

/** Output of a job from the journal, oldest first; or one line that begins with `unavailable` and says what would make it readable. */
export async function logs(
  host: Host,
  namespace: string,
  job: JobKey,
  options: { readonly lines: number; readonly runId?: string },
): Promise<string> {
  const unit = `${unitName(namespace, job)}.service`;
  const which =
    options.runId === undefined
      ? [`_UID=${host.user.uid}`, `_SYSTEMD_USER_UNIT=${unit}`]
      : [`_UID=${host.user.uid}`, `_SYSTEMD_INVOCATION_ID=${options.runId}`];
  try {
    const result = await host.run({
      file: 'journalctl',
      args: ['--no-pager', '--quiet', '--output=short-iso', `--lines=${options.lines}`, ...which],
      env: managerEnvironment(host),
    });
    if (result.exitCode === 0 && result.stdout !== '') return result.stdout;
    const said = result.stderr.trim();
    if (result.exitCode === 0 && said === '') return '';
    return `unavailable: ${said || 'the journal has nothing'}. ${remedy(host)}\n`;
  } catch (error) {
    if (!isRotaError(error) || error.code !== 'ROTA_COMMAND_MISSING') throw error;
    return `unavailable: journalctl is not installed. ${remedy(host)}\n`;
  }
}

function remedy({ user }: Host): string {
  return `To read it: sudo usermod -aG systemd-journal ${user.name}, or keep a journal on disk: sudo mkdir -p /var/log/journal && sudo systemctl restart systemd-journald.`;
}
