import type { CommandSpec, OptionSpec } from '../program/command.ts';
import { allowRemovals, backend, confirm, from, json, label, place, source, takeOver } from '../program/common-options.ts';
import { parseCount } from '../program/parse-value.ts';

const repair: OptionSpec = { flags: '--repair', summary: 'overwrite entries that somebody edited by hand' };
const adopt: OptionSpec = { flags: '--adopt', summary: 'let imported jobs take the place of what they were imported from' };

/** From a declaration to what is installed. */
export const installCommands: readonly CommandSpec[] = [
  {
    name: 'init',
    summary: 'write a first declaration here; on a terminal it asks what it should hold',
    options: [
      { flags: '--format <format>', summary: 'ts or yaml (default: ts)', choices: ['ts', 'yaml'] },
      { flags: '--tenant <name>', summary: 'whose jobs they are to be (default: home)' },
      { flags: '--import', summary: 'start from crontab lines, timers and tasks that run here' },
      { flags: '--force', summary: 'overwrite a file that exists' },
      confirm,
      json,
    ],
    examples: ['rota init', 'rota init --format yaml --yes', 'rota init --import --yes'],
    load: () => import('../commands/init.ts'),
  },
  {
    name: 'validate',
    summary: 'check declarations; every problem at once, with its place',
    args: '[files...]',
    completes: 'files',
    options: [...source, ...place, { flags: '--strict', summary: 'advise on missing labels, owner and time-out too' }, json],
    examples: ['rota validate', 'rota validate jobs/ --json'],
    exitCodes: { 1: 'error, or the declaration is not valid' },
    load: () => import('../commands/validate.ts'),
  },
  {
    name: 'render',
    summary: 'write what apply would install into a folder; installs nothing',
    args: '[files...]',
    completes: 'files',
    options: [
      ...source,
      ...place,
      { flags: '--backend <name>', summary: 'systemd, cron or taskscheduler' },
      { flags: '--format <format>', summary: 'nix: a home-manager module, of the jobs of every host' },
      { flags: '--out <dir>', summary: 'the folder (default: print the files)' },
      { flags: '--dialect <name>', summary: 'of cron: debian, cronie or busybox' },
      { flags: '--systemd-version <n>', summary: 'render for this version of systemd', parse: parseCount },
      { flags: '--system-timezone <zone>', summary: "the target machine's own zone (default: this machine's)" },
      { ...from, summary: 'start of the horizon (default: now)' },
      json,
    ],
    examples: [
      'rota render --backend systemd --out units',
      'rota render jobs/ --backend cron --dialect cronie --out cron --json',
      'rota render --format nix --out nix',
    ],
    exitCodes: { 1: 'error, or a job is refused (the others are written)' },
    load: () => import('../commands/render.ts'),
  },
  {
    name: 'plan',
    summary: 'show what apply would change, and do none of it',
    args: '[files...]',
    completes: 'files',
    options: [
      ...source,
      ...place,
      backend,
      label,
      { flags: '--detailed-exitcode', summary: 'exit 2 when there are changes' },
      { flags: '--out <file>', summary: 'save the plan, for `rota apply --plan`' },
      repair,
      takeOver,
      adopt,
      json,
    ],
    examples: ['rota plan', 'rota plan --detailed-exitcode --out nightly.plan', 'rota plan jobs/ -l team=web --json'],
    exitCodes: { 2: 'with --detailed-exitcode: there are changes' },
    load: () => import('../commands/plan.ts'),
  },
  {
    name: 'apply',
    summary: 'make the machine match the declaration',
    args: '[files...]',
    completes: 'files',
    options: [
      ...source,
      ...place,
      backend,
      label,
      { flags: '--plan <file>', summary: 'apply exactly this saved plan, or refuse it as stale' },
      repair,
      takeOver,
      adopt,
      allowRemovals,
      confirm,
      json,
    ],
    examples: ['rota apply', 'rota apply --yes', 'rota apply --plan nightly.plan', 'rota apply jobs/ --adopt'],
    exitCodes: { 1: 'error, or an `on: apply` job failed (the rest is installed)' },
    load: () => import('../commands/apply.ts'),
  },
];
