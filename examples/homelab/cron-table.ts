import { defineJob } from '@rota/core';

/** What stood in the crontab, or in the `schedule.rb` of a Rails app. One line each, as one is used to. */
const table: readonly (readonly [name: string, schedule: string, command: string])[] = [
  ['clear-sessions', '*/30 * * * *', 'bin/rails sessions:clear'],
  ['send-digests', '0 7 * * mon-fri', 'bin/rails digests:send'],
  ['rebuild-index', '20 3 * * *', 'bin/rails search:rebuild'],
  ['prune-uploads', '40 4 1 * *', 'bin/rails uploads:prune'],
];

/** The table as jobs of one app: in its folder, with its environment, one at a time, and told of when one fails. */
export function cronTable(folder: string) {
  return table.map(([name, schedule, command]) =>
    defineJob({
      name,
      schedule,
      timezone: 'local',
      command,
      workingDir: folder,
      env: { RAILS_ENV: 'production' },
      timeout: '1h',
      persistent: true,
      alerts: { on: ['failure', 'recovery'], desktop: true },
      labels: { app: 'shop' },
    }),
  );
}
