import { printJobKey, type RunRecord } from '@rota/core';
import type { CommandContext } from '../command.ts';
import { describeDryRun } from '../dry-run.ts';
import { openNamespace } from '../open-rota.ts';
import { durationText } from '../output/duration-text.ts';
import { waiting } from '../output/progress.ts';
import { runJson } from '../output/run-json.ts';

/** `rota run JOB`: through the job's own scheduler. Exits 0 when the run ends well (or does not end here), else 1. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const [job = ''] = args;
  const rota = await openNamespace(context);
  if (options.dryRun === true) return await describeDryRun(context, rota, job);
  const wait = options.wait !== false;
  const key = await rota.find(job);
  if (wait && io.errIsTerminal) context.say(`Waiting for ${printJobKey(key)} to end; Ctrl-C stops waiting, not the job.`);
  const record = await waiting(io, `Waiting for the end of ${printJobKey(key)}`, () =>
    rota.run(printJobKey(key), { wait, signal: io.signal }),
  );
  if (context.json) context.printJson({ formatVersion: 1, ...key, run: record === null ? null : runJson(record) });
  else if (record === null) context.print(`started ${printJobKey(key)}`);
  else context.print(`${printJobKey(key)} ended: ${describe(record)}`);
  return record === null || record.status === 'success' ? 0 : 1;
}

function describe({ status, exitCode, signal, reason, durationMs, attempts }: RunRecord): string {
  const details = [
    durationText(durationMs),
    exitCode === null || exitCode === 0 ? '' : `exit ${exitCode}`,
    signal ?? '',
    attempts > 1 ? `${attempts} attempts` : '',
    reason ?? '',
  ].filter((part) => part !== '');
  return `${status} (${details.join(', ')})`;
}
