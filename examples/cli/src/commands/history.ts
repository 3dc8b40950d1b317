import { hostZone, instantSeconds, printJobKey } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { durationText } from '../output/duration-text.ts';
import { localTime } from '../output/local-time.ts';
import { runJson } from '../output/run-json.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota history [JOB]`: past runs, the latest last. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, colors } = context;
  const rota = await openNamespace(context, 'as-applied');
  const [job] = args;
  let damaged = 0;
  const runs = await rota.history({
    onDamaged: () => {
      damaged += 1;
    },
    limit: options.limit ?? 20,
    ...(job === undefined ? {} : { job }),
    ...(options.label === undefined ? {} : { labels: options.label }),
    ...(typeof options.since === 'number' ? { since: options.since } : {}),
  });
  if (context.json) {
    context.printJson({ formatVersion: 1, runs: runs.map(runJson), damaged });
    return 0;
  }
  if (damaged > 0) context.say(`Passed over ${damaged} damaged or torn ${damaged === 1 ? 'line' : 'lines'} of the history.`);
  if (runs.length === 0) {
    context.say('No run is recorded.');
    return 0;
  }
  const host = context.host();
  const zone = hostZone(host, 'local');
  const rows = runs.map((record) => [
    localTime(Math.floor(instantSeconds(record.startedAt) ?? 0), zone),
    printJobKey(record),
    record.status === 'success'
      ? colors.green(record.status)
      : record.status === 'skipped'
        ? record.status
        : colors.red(record.status),
    durationText(record.durationMs),
    record.trigger,
    [
      record.exitCode === null || record.exitCode === 0 ? '' : `exit ${record.exitCode}`,
      record.signal ?? '',
      record.attempts > 1 ? `${record.attempts} attempts` : '',
      record.reason ?? '',
    ]
      .filter((part) => part !== '')
      .join(', '),
    record.runId,
  ]);
  for (const line of table([['STARTED', 'JOB', 'STATUS', 'TOOK', 'TRIGGER', 'DETAIL', 'RUN'], ...rows], context.io.columns))
    context.print(line);
  return 0;
}
