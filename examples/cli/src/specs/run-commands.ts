import type { CommandSpec } from '../program/command.ts';
import { json, label, place, source } from '../program/common-options.ts';
import { parseCount, parseInstant } from '../program/parse-value.ts';

/** What runs and what ran. */
export const runCommands: readonly CommandSpec[] = [
  {
    name: 'status',
    summary: 'what is installed, when it runs next, how it ran last',
    args: '[job]',
    completes: 'jobs',
    options: [
      ...source,
      ...place,
      label,
      { flags: '--format <format>', summary: 'table or openmetrics', choices: ['table', 'openmetrics'] },
      { flags: '--textfile <file>', summary: 'write figures for the textfile collector of node_exporter there, in one step' },
      json,
    ],
    examples: [
      'rota status',
      'rota status backup --json',
      'rota status --format openmetrics',
      'rota status --textfile /var/lib/prometheus/node-exporter/rota.prom',
    ],
    load: () => import('../commands/status.ts'),
  },
  {
    name: 'history',
    summary: 'past runs, latest last',
    args: '[job]',
    completes: 'jobs',
    options: [
      ...source,
      ...place,
      label,
      { flags: '--limit <n>', summary: 'at most this many (default: 20)', parse: parseCount },
      { flags: '--since <instant>', summary: 'only runs that started at or after', parse: parseInstant },
      json,
    ],
    examples: ['rota history', 'rota history backup --limit 5 --json'],
    load: () => import('../commands/history.ts'),
  },
  {
    name: 'run',
    summary: 'start a job now and wait for its end',
    args: '<job>',
    completes: 'jobs',
    options: [
      ...source,
      ...place,
      { flags: '--no-wait', summary: 'do not wait' },
      { flags: '--dry-run', summary: 'show what would be started, and start nothing' },
      json,
    ],
    examples: ['rota run backup', 'rota run acme/backup --no-wait'],
    exitCodes: { 1: 'error, or the run did not end well or was skipped' },
    load: () => import('../commands/run.ts'),
  },
  {
    name: 'run-all',
    summary: 'run the jobs of this host in this process, for machines without a scheduler',
    options: [...place, json],
    examples: ['rota run-all'],
    load: () => import('../commands/run-all.ts'),
  },
  {
    name: 'logs',
    summary: 'output of the latest runs of a job',
    args: '<job>',
    completes: 'jobs',
    options: [
      ...source,
      ...place,
      { flags: '-n, --lines <n>', summary: 'at most this many lines (default: 100)', parse: parseCount },
      { flags: '--run <id>', summary: 'only this run' },
      { flags: '-f, --follow', summary: 'go on with what comes, until interrupted' },
      json,
    ],
    examples: ['rota logs backup', 'rota logs backup --lines 20', 'rota logs backup -f'],
    load: () => import('../commands/logs.ts'),
  },
];
