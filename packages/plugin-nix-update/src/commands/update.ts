import { definePluginCommand, type PluginCommand, RotaError } from '@rota/core';
import { planUpdate } from '../plan-update.ts';
import { succeeded } from '../report.ts';
import { runUpdate } from '../run-update.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { stepNames } from '../steps/step-names.ts';
import type { UpdateCause } from '../update-cause.ts';
import { hooksOfJobs } from './hooks-of-jobs.ts';
import { updateOutput } from './output-schemas.ts';
import { reportText } from './report-text.ts';
import { requiredOptions } from './required-options.ts';

/** `rota nix update` */
export function updateCommand(options: NixUpdateOptions | undefined): PluginCommand {
  return definePluginCommand({
    name: 'update',
    summary: 'update now: build, test, check, and only then make it the default',
    options: {
      dryRun: { kind: 'flag', summary: 'list every command that would be run, and run none' },
      emergency: { kind: 'flag', summary: 'now: whatever the ring and the uptime; build, health check and rollback stay' },
      rebootNow: { kind: 'flag', summary: 'with --emergency: reboot at once if that is needed' },
      scheduled: { kind: 'flag', summary: 'as the job does it: wait for the least uptime' },
    },
    examples: [
      'rota nix update',
      'rota nix update --dry-run',
      'rota nix update --emergency --reboot-now',
      'rota nix update --json',
    ],
    exitCodes: {
      0: 'updated, unchanged, or deferred to the next run',
      1: 'failed; the machine is what it was',
      2: 'a rollback failed: look at the machine',
    },
    output: updateOutput,
    async run({ host, jobs, rota, options: given, say, signal, progress }) {
      const declared = requiredOptions(options);
      const required = { ...declared, preUpdateHooks: [...hooksOfJobs(jobs), ...(declared.preUpdateHooks ?? [])] };
      if (given.dryRun) {
        const commands = planUpdate({ options: required, host });
        const text = commands.map(
          ({ step, command, when }) => `${step.padEnd(13)} ${command}${when === undefined ? '' : `   # if ${when}`}`,
        );
        return { data: { dryRun: true, commands }, text };
      }
      if (given.rebootNow && !given.emergency)
        throw new RotaError('ROTA_USAGE', '--reboot-now belongs to --emergency.', {
          suggestions: ['rota nix update --emergency --reboot-now'],
        });
      const cause: UpdateCause = given.emergency ? 'emergency' : given.scheduled ? 'scheduled' : 'manual';
      const line = progress('updating');
      const reports = await runUpdate({
        options: required,
        host,
        cause,
        rebootNow: given.rebootNow,
        signal,
        onStep({ step, state, detail }) {
          line.step(stepNames.indexOf(step), stepNames.length);
          if (state !== 'started') say(`${step}: ${state === 'done' ? 'ok' : 'failed'}${detail === '' ? '' : ` (${detail})`}`);
        },
      });
      line.end();
      await rota.told();
      return { data: { dryRun: false, reports }, text: reports.flatMap(reportText), exitCode: exitCodeOf(reports) };
    },
  });
}

export function exitCodeOf(reports: readonly { readonly status: Parameters<typeof succeeded>[0]['status'] }[]): number {
  if (reports.some(({ status }) => status === 'rollback-failed')) return 2;
  const last = reports.at(-1);
  return last === undefined || succeeded(last) ? 0 : 1;
}
