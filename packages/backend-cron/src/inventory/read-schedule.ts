import {
  compareForeign,
  comparisonNote,
  defineSchedule,
  type ForeignReading,
  type Host,
  hostZone,
  isRotaError,
  nicknames,
  type Zone,
} from '@rota/core';
import { lineSchedule } from '../crontab-line/line-schedule.ts';
import type { CronDialect } from '../dialect.ts';

/** When a foreign line starts its command, in our words, and what is to be said about it. */
export interface ReadSchedule {
  readonly trigger: ForeignReading['trigger'];
  readonly notes: readonly string[];
}

/** The zone is written out: that of the machine, or on cronie the one of `CRON_TZ`. Each schedule is compared with what the daemon does. */
export function readSchedule(
  times: string,
  settings: ReadonlyMap<string, string>,
  dialect: CronDialect,
  host: Host,
): ReadSchedule {
  if (times === '@reboot') return { trigger: { kind: 'boot' }, notes: [] };
  const notes: string[] = [];
  const asked = settings.get('CRON_TZ') ?? '';
  const honoured = dialect === 'cronie' && asked !== '';
  if (asked !== '' && !honoured && asked !== host.timezone)
    notes.push(`CRON_TZ=${asked} stands above it, which ${dialectName[dialect]} ignores: it runs in ${host.timezone}.`);
  const timezone = honoured ? asked : host.timezone;
  const expression = (dialect === 'cronie' ? times.replace(/^-/, '') : times).split(/[ \t]+/).join(' ');
  try {
    const zone = hostZone(host, timezone);
    const schedule = defineSchedule(expression, zone);
    const now = Math.floor(host.now() / 1000);
    if (!honoured || timezone === host.timezone) {
      const fields = nicknames[expression] ?? expression;
      const since = Date.UTC(new Date(now * 1000).getUTCFullYear(), 0) / 1000;
      const comparison = compareForeign(schedule, lineSchedule([{ fields }], dialect, systemZoneOf(zone), since), now);
      if (comparison.kind === 'different')
        return { trigger: null, notes: [...notes, differentNote(dialect, comparison.missing)] };
      const note = comparisonNote(comparison, dialectName[dialect]);
      if (note !== undefined) notes.push(note);
    } else notes.push('On days of clock changes cronie does not follow the zone of CRON_TZ exactly; the job will.');
    return { trigger: { kind: 'schedule', expression, timezone }, notes };
  } catch (error) {
    if (!isRotaError(error) || error.code === 'ROTA_INTERNAL') throw error;
    return { trigger: null, notes: [...notes, `Its times \`${times}\` cannot be carried over. ${error.message}`] };
  }
}

const dialectName = { debian: "Debian's cron", cronie: 'cronie', busybox: 'BusyBox crond' } as const;

/** The line is read in the machine's zone, which here is the zone of the schedule. */
const systemZoneOf = (zone: Zone): Zone => zone;

function differentNote(dialect: CronDialect, missing: readonly number[]): string {
  const first = missing[0] === undefined ? '' : `, first at ${new Date(missing[0] * 1000).toISOString()}`;
  return `${dialectName[dialect]} reads these times by rules of its own${first}: declare its job by hand.`;
}
