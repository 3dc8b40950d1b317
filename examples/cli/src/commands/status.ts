import { instantSeconds, type JobStatus, loadZone, printJobKey, RotaError } from '@rota/core';
import type { CommandContext } from '../command.ts';
import { openNamespace } from '../open-rota.ts';
import { durationText } from '../output/duration-text.ts';
import { localTime } from '../output/local-time.ts';
import { openMetrics } from '../output/open-metrics.ts';
import { ownJobs, ownJobsLines } from '../output/own-jobs.ts';
import { table } from '../output/table.ts';

/** `rota status [JOB]`. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const rota = await openNamespace(context);
  const [job] = args;
  const jobs = await rota.status({
    ...(job === undefined ? {} : { job }),
    ...(options.label === undefined ? {} : { labels: options.label }),
  });
  if (options.format === 'openmetrics') {
    if (context.json) throw new RotaError('ROTA_USAGE', 'Choose one of --json and --format openmetrics.');
    io.out(openMetrics(jobs, await rota.history({ limit: 100_000 })));
    return 0;
  }
  if (context.json) {
    context.printJson({ formatVersion: 1, jobs, ...ownJobs(context, rota.namespace) });
    return 0;
  }
  if (jobs.length === 0) {
    context.say(`Nothing is installed in namespace ${rota.namespace}.`);
    return 0;
  }
  for (const line of table(
    [['JOB', 'STATE', 'NEXT', 'LAST', 'SCHEDULE', 'BACKEND'], ...jobs.map((status) => row(context, status))],
    io.columns,
  ))
    context.print(line);
  for (const line of ownJobsLines(ownJobs(context, rota.namespace))) context.say(line);
  return 0;
}

function row({ host, colors }: CommandContext, status: JobStatus): readonly string[] {
  const zone = loadZone(host().timezone, { roots: host().zoneRoots });
  const next = instantSeconds(status.nextRun);
  const bad = ['failed', 'missing', 'drifted'].includes(status.state);
  const { lastRun } = status;
  return [
    printJobKey(status),
    bad ? colors.red(status.state) : status.state === 'running' ? colors.green(status.state) : status.state,
    next === null ? '-' : localTime(next, zone),
    lastRun === null
      ? 'never ran'
      : `${lastRun.status} ${localTime(Math.floor(instantSeconds(lastRun.endedAt) ?? 0), zone)} (${durationText(lastRun.durationMs)})`,
    status.timezone === null ? status.schedule : `${status.schedule} ${status.timezone}`,
    status.fidelity === null ? status.backend : `${status.backend} (${status.fidelity})`,
  ];
}
