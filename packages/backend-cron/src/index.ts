export { cron } from './cron.ts';
export type { CronLine } from './crontab-line/cron-line.ts';
export { lineSchedule } from './crontab-line/line-schedule.ts';
export { type Translation, translate } from './crontab-line/translate.ts';
export { type CronDialect, cronDialects } from './dialect.ts';
