import { resolve } from 'node:path';
import {
  hostZone,
  instantSeconds,
  type JobStatus,
  type PluginStatus,
  printJobKey,
  type Rota,
  RotaError,
  readPluginStatus,
  summarizeBundles,
} from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { durationText } from '../output/duration-text.ts';
import { localTime } from '../output/local-time.ts';
import { printMetrics } from '../output/metrics.ts';
import { notStartedLines } from '../output/not-started-lines.ts';
import { ownJobs, ownJobsLines } from '../output/own-jobs.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota status [JOB]`. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options } = context;
  const rota = await openNamespace(context, 'as-applied');
  const [job] = args;
  const jobs = await rota.status({
    ...(job === undefined ? {} : { job }),
    ...(options.label === undefined ? {} : { labels: options.label }),
  });
  const asMetrics = options.format === 'openmetrics' || options.textfile !== undefined;
  if (asMetrics && context.json) throw new RotaError('ROTA_USAGE', 'Choose one of --json, --format openmetrics and --textfile.');
  const plugins =
    job === undefined ? await readPluginStatus(rota.plugins, { host: context.host(), namespace: rota.namespace, rota }) : [];
  if (asMetrics) {
    await writeMetrics(context, rota, jobs, plugins);
    return 0;
  }
  if (context.json) {
    const sections = plugins.length === 0 ? {} : { plugins };
    context.printJson({ formatVersion: 1, jobs, ...ownJobs(context, rota.namespace), ...sections });
    return 0;
  }
  if (jobs.length === 0) context.say(`Nothing is installed in namespace ${rota.namespace}.`);
  else printJobs(context, jobs);
  for (const section of plugins) for (const line of sectionLines(context, section)) context.print(line);
  for (const line of ownJobsLines(ownJobs(context, rota.namespace))) context.say(line);
  return 0;
}

async function writeMetrics(
  { io, options, host }: CommandContext,
  rota: Rota,
  jobs: readonly JobStatus[],
  plugins: readonly PluginStatus[],
): Promise<void> {
  const history = await rota.history({ limit: Number.MAX_SAFE_INTEGER });
  const facts = { jobs, history, bundles: await summarizeBundles(host(), rota.namespace), plugins };
  if (options.textfile === undefined) io.out(printMetrics(facts, 'openmetrics'));
  // The collector is another user, and must never see half a file.
  else host().files.write(resolve(io.cwd, options.textfile), printMetrics(facts, 'prometheus'), 0o644);
}

function printJobs(context: CommandContext, jobs: readonly JobStatus[]): void {
  for (const line of table(
    [['JOB', 'STATE', 'NEXT', 'LAST', 'SCHEDULE', 'BACKEND'], ...jobs.map((status) => row(context, status))],
    context.io.columns,
  ))
    context.print(line);
  for (const line of notStartedLines(jobs)) context.print(line);
}

/** What a plugin says of itself, below the jobs. */
function sectionLines({ colors, io }: CommandContext, { title, state, summary, facts }: PluginStatus): readonly string[] {
  const shown = state === 'ok' ? colors.green(state) : state === 'failed' ? colors.red(state) : colors.yellow(state);
  return [
    '',
    `${colors.bold(title)}  ${shown}  ${summary}`,
    ...table(
      facts.map(({ label, value }) => [`  ${label}`, value]),
      io.columns,
    ),
  ];
}

function row({ host, colors }: CommandContext, status: JobStatus): readonly string[] {
  const zone = hostZone(host(), 'local');
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
