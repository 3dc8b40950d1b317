import { printJobKey, type RunRecord } from '@rota/core';
import { openNamespace } from '../open/open-rota.ts';
import { describeDryRun } from '../output/dry-run.ts';
import { durationText } from '../output/duration-text.ts';
import { waiting } from '../output/progress.ts';
import { runJson } from '../output/run-json.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota run JOB`: through the job's own scheduler. Exits 0 when the run ends well (or is not waited for), else 1, as for one that was skipped. */
export async function run(context: CommandContext): Promise<number> {
  const { args, options, io } = context;
  const [job = ''] = args;
  const rota = await openNamespace(context);
  if (options.dryRun === true) return await describeDryRun(context, rota, job);
  const wait = options.wait !== false;
  const key = await rota.find(job);
  if (wait && io.errIsTerminal) context.say(`Waiting for ${printJobKey(key)} to end; Ctrl-C stops waiting, not the job.`);
  const record = await waiting(io, `Waiting for the end of ${printJobKey(key)}`, async (line) => {
    // For the line on the terminal alone: a state folder that cannot be written to is the run's to complain of.
    const stopWatching = wait && io.errIsTerminal ? await rota.watch().catch(() => undefined) : undefined;
    rota.events.on('run:retry', ({ tenant, name, attempt, delayMs }) => {
      if (tenant !== key.tenant || name !== key.name) return;
      line.label(`Attempt ${attempt} failed; the next one starts in ${durationText(delayMs)}`);
    });
    return await rota.run(printJobKey(key), { wait, signal: io.signal }).finally(stopWatching);
  });
  if (context.json) context.printJson({ formatVersion: 1, ...key, run: record === null ? null : runJson(record) });
  else if (record === null) context.print(`started ${printJobKey(key)}`);
  else if (record.status === 'skipped') context.print(`${printJobKey(key)} was skipped: ${record.reason ?? ''}`);
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
