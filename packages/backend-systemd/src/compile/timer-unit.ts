import type { CompileInput } from '@rota/core';
import { markSection } from '../unit/mark.ts';
import { type Setting, writeUnit } from '../unit/write-unit.ts';
import { serviceName, unitSettings } from './service-unit.ts';

/** `DeferReactivation=` came with systemd 257: a fire that comes due during a run is dropped, as cron schedules with `forbid` want it. */
export const deferReactivationSince = 257;

/** The timer of a job that is due at times, or when the user's manager starts. */
export function timerUnit(input: CompileInput, onCalendar: readonly string[], mark: readonly Setting[]): string {
  const { job } = input;
  return writeUnit([
    { name: 'Unit', settings: unitSettings(job, 'timer') },
    {
      name: 'Timer',
      settings: [
        ...(job.trigger.kind === 'schedule' ? scheduleSettings(input, onCalendar) : ([['OnStartupSec', 0]] as const)),
        ['AccuracySec', job.accuracyMs === undefined ? '1s' : `${job.accuracyMs}ms`],
        ['Unit', serviceName(input)],
      ],
    },
    markSection(mark),
    { name: 'Install', settings: [['WantedBy', 'timers.target']] },
  ]);
}

function scheduleSettings({ job, lowering, dialect }: CompileInput, onCalendar: readonly string[]): readonly Setting[] {
  const delayMs = lowering.features.randomizedDelay === 'native' ? job.randomizedDelayMs : undefined;
  const defers = job.concurrency.policy === 'forbid' && (dialect.version ?? 0) >= deferReactivationSince;
  return [
    ...onCalendar.map((line): Setting => ['OnCalendar', line]),
    ...(job.persistent && lowering.features.persistent === 'native' ? ([['Persistent', 'yes']] as const) : []),
    // Fixed, so that a job keeps its place from day to day.
    ...(delayMs
      ? ([
          ['RandomizedDelaySec', `${delayMs}ms`],
          ['FixedRandomDelay', 'yes'],
        ] as const)
      : []),
    ...(defers ? ([['DeferReactivation', 'yes']] as const) : []),
  ];
}
