import type { Calendar } from './calendar.ts';
import { parseCron } from './cron/parse-cron.ts';
import { loadZone } from './zone/load-zone.ts';
import type { Zone } from './zone/zone.ts';

/** When a job is due: a cron expression in a time zone. */
export interface Schedule {
  /** As it was written. */
  readonly expression: string;
  readonly calendar: Calendar;
  readonly zone: Zone;
}

/**
 * Reads an expression in a zone.
 * @throws ROTA_SCHEDULE_SYNTAX, ROTA_SCHEDULE_NEVER_FIRES, ROTA_ZONE_UNKNOWN, ROTA_ZONE_DATA
 */
export function defineSchedule(expression: string, zone: Zone | string): Schedule {
  return { expression, calendar: parseCron(expression), zone: typeof zone === 'string' ? loadZone(zone) : zone };
}
