import type { Zone } from '@rota/core';

/** The time part of one line of a crontab. */
export interface CronLine {
  /** The five fields, or `@reboot`. */
  readonly fields: string;
  /** The zone that a `CRON_TZ=` line before it names; absent: the daemon's own. */
  readonly zone?: Zone;
}
