import {
  type Compiled,
  type CompileInput,
  type Finding,
  loadZone,
  type NativeSchedule,
  type Schedule,
  type Zone,
} from '@rota/core';
import { timerSchedule } from '../on-calendar/timer-schedule.ts';
import { translate } from '../on-calendar/translate.ts';
import { sealFiles } from '../unit/mark.ts';
import type { Setting } from '../unit/write-unit.ts';
import { unitName } from '../unit-name.ts';
import { isDocumentationUri, serviceUnit } from './service-unit.ts';
import { timerUnit } from './timer-unit.ts';

/** The two units of a job; a job that only others start has no timer. Pure. */
export function compile(input: CompileInput): Compiled {
  const { namespace, job, schedule } = input;
  const native = schedule === undefined ? undefined : nativeOf(schedule);
  const mark = markOf(input);
  const name = unitName(namespace, job);
  const timed = job.trigger.kind === 'schedule' || job.trigger.kind === 'boot' || job.trigger.kind === 'login';
  const { files, digest } = sealFiles([
    { name: `${name}.service`, content: serviceUnit(input, mark) },
    ...(timed ? [{ name: `${name}.timer`, content: timerUnit(input, native?.entries ?? [], mark) }] : []),
  ]);
  return {
    artifact: { files, digest, active: timed && !job.paused },
    ...(native === undefined ? {} : { native }),
    warnings: warningsOf(input),
  };
}

type Translated = Pick<NonNullable<CompileInput['schedule']>, 'declared' | 'horizon'>;

/** The translation of a schedule for the horizon that was asked for last; jobs of one plan that are due together share theirs. */
const translations = new WeakMap<Schedule, { readonly horizon: Translated['horizon']; readonly native: NativeSchedule }>();

function nativeOf({ declared, horizon }: Translated): NativeSchedule {
  const known = translations.get(declared);
  if (known?.horizon.fromYear === horizon.fromYear && known.horizon.toYear === horizon.toYear) return known.native;
  const zoneOf = (name: string): Zone => (name === declared.zone.name ? declared.zone : loadZone(name));
  const native = timerSchedule(translate(declared, horizon), zoneOf);
  translations.set(declared, { horizon, native });
  return native;
}

function warningsOf({ job }: CompileInput): readonly Finding[] {
  const words = (job.annotations.docs ?? '').split(/\s+/).filter((word) => word !== '' && !isDocumentationUri(word));
  if (words.length === 0) return [];
  const message = `The annotation \`docs\` of ${job.tenant}/${job.name} is left out of the unit: systemd takes https:, http:, file:, info: and man: only, not ${words[0]}.`;
  return [{ severity: 'warning', message }];
}

function markOf({ namespace, job, schedule }: CompileInput): readonly Setting[] {
  const { horizon, declared } = schedule ?? {};
  return [
    ['Namespace', namespace],
    ['Tenant', job.tenant],
    ['Job', job.name],
    ...(horizon === undefined ? [] : ([['Horizon', `${horizon.fromYear}..${horizon.toYear}`]] as const)),
    ...(declared === undefined
      ? []
      : ([
          ['Schedule', declared.expression],
          ['ZoneDigest', declared.zone.digest],
        ] as const)),
    ['Trigger', job.trigger.kind],
    ['Active', job.paused ? 'no' : 'yes'],
  ];
}
