import { type Compiled, type CompileInput, horizonWindow, RotaError } from '@rota/core';
import { catchUpLines } from './crontab-line/catch-up-lines.ts';
import { lineSchedule } from './crontab-line/line-schedule.ts';
import { translate } from './crontab-line/translate.ts';
import { cronDialect } from './dialect.ts';
import { entryContent } from './entry-content.ts';

/** The crontab text of one job. Pure. @throws ROTA_BACKEND_DIALECT, ROTA_CRONTAB_LIMIT, ROTA_INTERNAL */
export function compile(input: CompileInput): Compiled {
  const dialect = cronDialect(input.dialect);
  const { job, launcher, launchFile, schedule } = input;
  if (launchFile === undefined)
    throw new RotaError('ROTA_INTERNAL', `cron starts ${job.tenant}/${job.name} through the runner, without a launch file.`);
  if (job.trigger.kind === 'login') {
    throw new RotaError('ROTA_JOB_REFUSED', `${job.tenant}/${job.name}: cron does not know when somebody logs in.`);
  }
  const common = { job, dialect, launcher, launchFile, active: !job.paused };
  if (job.trigger.kind !== 'schedule') {
    // What follows another job is started by that job's runner: it is installed, but cron never starts it.
    const lines = job.trigger.kind === 'boot' ? [{ fields: '@reboot' }] : [];
    return compiled(entryContent({ ...common, lines, basis: [] }), common.active);
  }
  if (schedule === undefined) throw new RotaError('ROTA_INTERNAL', `No schedule was given for ${job.tenant}/${job.name}.`);
  const { declared, systemZone, horizon } = schedule;
  const translation = translate(declared, dialect, systemZone, horizon);
  const basis = [
    declared.zone.digest,
    systemZone.digest,
    ...(translation.dependsOnHorizon ? [String(horizon.fromYear), String(horizon.toYear)] : []),
  ];
  const lines = job.persistent ? [...translation.lines, ...catchUpLines(declared, dialect)] : translation.lines;
  const timed = lines.filter(({ fields }) => fields !== '@reboot');
  return {
    ...compiled(entryContent({ ...common, lines, basis }), common.active),
    native:
      timed.length === translation.lines.length
        ? translation.native
        : lineSchedule(timed, dialect, systemZone, horizonWindow(horizon).from),
  };
}

function compiled({ content, digest }: { content: string; digest: string }, active: boolean): Compiled {
  return { artifact: { files: [{ name: 'crontab', content }], digest, active }, warnings: [] };
}
