import type { CommandSpec } from '../program/command.ts';
import { backend, from, json, label, place, source, zone } from '../program/common-options.ts';
import { parseCount, parseInstant, parseList, parsePeriod, parsePort } from '../program/parse-value.ts';

/** What will run, before it does. */
export const foresightCommands: readonly CommandSpec[] = [
  {
    name: 'next',
    summary: 'when a cron expression or a job fires, and whether the scheduler here keeps to it',
    args: '[expression|job]',
    completes: 'jobs',
    options: [
      { flags: '--job <name>', summary: 'of this declared job, whatever its name looks like' },
      zone,
      { ...from, summary: 'only fire times later than this (default: now)' },
      { flags: '-n, --count <n>', summary: 'how many (default: 5)', parse: parseCount },
      backend,
      { flags: '--dialect <name>', summary: 'of the backend: debian, cronie, busybox' },
      ...source,
      ...place,
      json,
    ],
    examples: [
      "rota next '0 2 * * *' --tz America/New_York",
      "rota next '*/15 9-17 * * mon-fri' --from 2026-03-08 --count 3 --json",
      'rota next backup',
    ],
    load: () => import('../commands/next.ts'),
  },
  {
    name: 'explain',
    summary: 'what a field, a schedule or a job means: explain FIELD | schedule EXPR | job NAME',
    args: '<what> [subject]',
    completes: ['schedule', 'job', 'field'],
    options: [
      zone,
      backend,
      { flags: '--dialect <name>', summary: 'of the backend: debian, cronie, busybox' },
      ...source,
      ...place,
      json,
    ],
    examples: ['rota explain retry', "rota explain schedule '0 0 13 * fri'", 'rota explain job backup'],
    load: () => import('../commands/explain.ts'),
  },
  {
    name: 'simulate',
    summary: 'what would run over a period here: starts, load, collisions, clock changes, stagger',
    args: '[files...]',
    completes: 'files',
    options: [
      ...source,
      ...place,
      label,
      from,
      { flags: '--to <instant>', summary: 'end of the period (default: 7 days on)', parse: parseInstant },
      { flags: '--hosts <names>', summary: 'propose a stagger for these hosts (default: those of the config)', parse: parseList },
      { flags: '--window <period>', summary: 'spread hosts over at most this long (default: 1h)', parse: parsePeriod },
      json,
    ],
    examples: ['rota simulate', 'rota simulate --from 2026-10-24 --to 2026-10-27', 'rota simulate --hosts web1,web2,web3 --json'],
    load: () => import('../commands/simulate.ts'),
  },
  {
    name: 'report',
    summary: 'one HTML page of the week ahead and the past month, as a file or served to this machine',
    options: [
      ...source,
      ...place,
      label,
      { flags: '--out <file>', summary: 'write the page there (default: rota-report.html, or standard output off a terminal)' },
      { flags: '--serve', summary: 'serve the page on 127.0.0.1 and keep it as the machine is, until Ctrl-C' },
      { flags: '--port <n>', summary: 'of --serve (default: a free one)', parse: parsePort },
      { flags: '--no-output', summary: 'leave out what failed runs wrote' },
      json,
    ],
    examples: [
      'rota report --out report.html',
      'rota report -l team=web > web.html',
      'rota report --serve --port 7682',
      'rota report --json',
    ],
    load: () => import('../commands/report.ts'),
  },
];
