/** Five cron fields of a time of day (`02:30` is `30 2 * * *`); what is no time of day is taken for a cron expression. */
export function scheduleText(schedule: string): string {
  const time = /^(\d{1,2}):(\d{2})$/.exec(schedule);
  return time === null ? schedule : `${Number(time[2])} ${Number(time[1])} * * *`;
}
