import { createHash } from 'node:crypto';
import type { ForeignEntry, Host } from '@rota/core';
import { readUnitFileName } from '../unit-name.ts';
import { readService } from './read-service.ts';
import { readTimer } from './read-timer.ts';
import { readUnitFile } from './read-unit-file.ts';
import { type ShownUnit, shown, showUnits } from './show-units.ts';

/** A timer that is not ours, with all that makes it what it is. */
export interface ForeignTimer {
  readonly timer: string;
  readonly service: string;
  readonly timerUnit: ShownUnit;
  readonly serviceUnit: ShownUnit | undefined;
  /** Both units with their drop-ins, each under the name of its file. */
  readonly text: string;
  readonly digest: string;
}

const timerProperties = [
  ...['FragmentPath', 'DropInPaths', 'ActiveState', 'UnitFileState', 'LoadState', 'Description', 'Unit'],
  ...['TimersCalendar', 'TimersMonotonic', 'Persistent', 'RandomizedDelayUSec', 'Transient'],
];

/** Timers of a manager that wait or are enabled; with `only` just these, whatever their state. */
export async function foreignTimers(
  host: Host,
  scope: 'user' | 'system',
  only: readonly string[] = ['*.timer'],
): Promise<readonly ForeignTimer[]> {
  const timers = (await showUnits(host, scope, timerProperties, only)).filter((unit) => {
    if (readUnitFileName(shown(unit, 'Id')) !== undefined || shown(unit, 'LoadState') !== 'loaded') return false;
    return only[0] !== '*.timer' || shown(unit, 'ActiveState') === 'active' || shown(unit, 'UnitFileState').startsWith('enabled');
  });
  const services = await showUnits(
    host,
    scope,
    ['FragmentPath', 'DropInPaths', 'User', 'LoadState'],
    [...new Set(timers.map((unit) => shown(unit, 'Unit')))],
  );
  const byName = new Map(services.map((unit) => [shown(unit, 'Id'), unit]));
  return timers
    .map((timerUnit): ForeignTimer => {
      const service = shown(timerUnit, 'Unit');
      const serviceUnit = byName.get(service);
      const text = [...filesOf(host, timerUnit), ...filesOf(host, serviceUnit)]
        .map(({ path, text: file }) => `# ${path}\n${file}`)
        .join('\n');
      const digest = createHash('sha256').update(text).digest('hex').slice(0, 16);
      return { timer: shown(timerUnit, 'Id'), service, timerUnit, serviceUnit, text, digest };
    })
    .sort((a, b) => (a.timer < b.timer ? -1 : 1));
}

/** The entry that is told of a timer: whose it is, what it runs, what a job would lack. */
export function timerEntry(
  host: Host,
  foreign: ForeignTimer,
  path: string | undefined,
): Omit<ForeignEntry, 'identity' | 'notAdoptable'> {
  const { timerUnit, serviceUnit } = foreign;
  const inner = (property: string): readonly string[] =>
    (timerUnit.get(property) ?? []).flatMap((value) => /^\{ (?:OnCalendar=)?(.*?) ; next_elapse/.exec(value)?.[1] ?? []);
  const { notes, ...timer } = readTimer(
    {
      calendar: inner('TimersCalendar'),
      monotonic: inner('TimersMonotonic'),
      persistent: shown(timerUnit, 'Persistent') === 'yes',
      randomizedDelay: shown(timerUnit, 'RandomizedDelayUSec'),
    },
    host,
  );
  const service = readService(readUnitFile(filesOf(host, serviceUnit).map(({ text }) => text)), host, path);
  const description = shown(timerUnit, 'Description');
  return {
    backend: 'systemd',
    id: foreign.timer,
    owner: shown(serviceUnit, 'User') || host.user.name,
    text: foreign.text,
    name: foreign.timer,
    ...(description === '' || description === foreign.timer ? {} : { description }),
    ...(service.program === undefined ? {} : { reading: { ...service.program, ...timer } }),
    notes: [
      ...notes,
      ...service.notes,
      ...extraTimerNotes(readUnitFile(filesOf(host, timerUnit).map(({ text }) => text)).get('Timer')),
    ],
  };
}

/** What a timer may say besides its times. */
function extraTimerNotes(settings: ReadonlyMap<string, readonly string[]> | undefined): readonly string[] {
  const known = new Set(['Unit', 'Persistent', 'RandomizedDelaySec', 'AccuracySec', 'FixedRandomDelay']);
  return [...(settings ?? [])].flatMap(([key, values]) =>
    known.has(key) || /^On(Calendar|Boot|Startup|Active|UnitActive|UnitInactive)/.test(key) || values.length === 0
      ? []
      : [`\`${key}=${values.join(' ')}\` of the timer is not carried over.`],
  );
}

function filesOf(host: Host, unit: ShownUnit | undefined): readonly { readonly path: string; readonly text: string }[] {
  const paths = [shown(unit, 'FragmentPath'), ...shown(unit, 'DropInPaths').split(' ')].filter((path) => path !== '');
  return paths.map((path) => ({ path, text: readable(host, path) }));
}

function readable(host: Host, path: string): string {
  try {
    return host.files.readText(path) ?? '';
  } catch {
    return ''; // a system unit that this user may not read
  }
}
