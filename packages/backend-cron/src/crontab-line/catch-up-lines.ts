import { firesBetween, type Schedule } from '@rota/core';
import type { CronDialect } from '../dialect.ts';
import type { CronLine } from './cron-line.ts';

/**
 * What starts the gate of a persistent job after the machine was away: the boot, on the crons that know it. BusyBox gets a few starts of
 * its own between the fire times, at most eight for each.
 */
export function catchUpLines(declared: Schedule, dialect: CronDialect): readonly CronLine[] {
  if (dialect !== 'busybox') return [{ fields: '@reboot' }];
  const { minute, hour } = declared.calendar;
  const year = Date.UTC(2026, 0, 1) / 1000;
  const perDay = firesBetween(declared, year, year + 365 * 86_400).length / 365;
  // A minute that the job's own lines most often lack, so that two lines do not start it at once.
  const at = ((minute.values[0] ?? 0) + 7) % 60;
  const otherHour = ((hour.values[0] ?? 0) + 1) % 24;
  if (perDay >= 24) return [];
  if (perDay >= 1) return [{ fields: `${at} 0,3,6,9,12,15,18,21 * * *` }];
  return [{ fields: perDay >= 1 / 8 ? `${at} ${otherHour} * * *` : `${at} ${otherHour} * * 1` }];
}
