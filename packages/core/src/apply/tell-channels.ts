import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { AlertChannel } from '../job/job.ts';
import { captureWith } from '../run/attempt/capture-output.ts';
import { readLaunchFile } from '../run/launch/read-launch-file.ts';
import { type AlertNews, channelReports, type RunInNews } from '../run/tell/alert-of.ts';
import { deliver } from '../run/tell/deliver-report.ts';
import { spoolReport } from '../run/tell/spool.ts';
import { namespaceLayout } from '../state/layout.ts';

/**
 * Tells the alert channels of an installed job what no run of it tells by itself. Through the spool: what cannot be delivered now is tried again.
 *
 * @param launchFile of the job; without one it has no channels
 * @param only the channels that are told
 * @returns why each one that was not reached was not
 */
export async function tellChannels(
  host: Host,
  namespace: string,
  launchFile: string | null,
  run: RunInNews,
  news: AlertNews,
  only: (channel: AlertChannel) => boolean = () => true,
): Promise<readonly string[]> {
  if (launchFile === null) return [];
  const layout = namespaceLayout(host.stateDir, namespace);
  const read = readLaunchFile(host.files, join(layout.launchFiles, launchFile));
  if (!read.ok) return [read.problem];
  const { launch } = read;
  const context = { files: host.files, layout, env: host.env, capture: captureWith({ ...host.env, PATH: launch.env.PATH }) };
  const reports = channelReports(launch, run, news, '').filter(({ alert }) => only(alert));
  const waiting = reports.map((report) => spoolReport(host.files, layout, report, host.now()));
  const results = await Promise.all(waiting.map((one) => deliver(context, one)));
  return results.flatMap((result) => (result.ok ? [] : [result.reason]));
}
