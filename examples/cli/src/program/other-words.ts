import type { CommandSpec } from './command.ts';

/** What other programs call an option; of those on the right the ones that a command has are what is meant. */
const options: Readonly<Record<string, readonly string[]>> = {
  '--timezone': ['--tz', '--system-timezone'],
  '--time-zone': ['--tz', '--system-timezone'],
  '--zone': ['--tz', '--system-timezone'],
  '--output': ['--out', '--json'],
  '-o': ['--out', '--json'],
  '--output-format': ['--format', '--json'],
  '--number': ['--count', '--limit', '--lines'],
  '--max': ['--limit', '--count'],
  '--tail': ['--lines', '--limit'],
  '--start': ['--from', '--since'],
  '--after': ['--from', '--since'],
  '--since': ['--from'],
  '--from': ['--since'],
  '--end': ['--to'],
  '--until': ['--to'],
  '--before': ['--to'],
  '-c': ['--config'],
  '-f': ['--file', '--follow'],
  '--watch': ['--follow', '--serve'],
  '--scheduler': ['--backend'],
  '--ns': ['--namespace'],
  '--state': ['--state-dir'],
  '--selector': ['--label'],
  '--labels': ['--label'],
  '--assume-yes': ['--yes'],
  '--non-interactive': ['--yes'],
  '--force': ['--yes'],
  '--noop': ['--dry-run'],
  '--what-if': ['--dry-run'],
  '--repository': ['--repo'],
  '--url': ['--repo'],
  '--branch': ['--ref'],
  '--rev': ['--ref'],
  '--revision': ['--ref', '--since'],
};

/** What other programs call a command. */
const commands: Readonly<Record<string, string>> = {
  list: 'status',
  ls: 'status',
  jobs: 'status',
  ps: 'status',
  diff: 'plan',
  preview: 'plan',
  install: 'apply',
  deploy: 'apply',
  up: 'apply',
  remove: 'destroy',
  rm: 'destroy',
  delete: 'destroy',
  uninstall: 'destroy',
  down: 'destroy',
  start: 'run',
  exec: 'run',
  trigger: 'run',
  undo: 'rollback',
  revert: 'rollback',
  check: 'validate',
  lint: 'validate',
  new: 'init',
  create: 'init',
  runs: 'history',
  log: 'logs',
  output: 'logs',
  backup: 'bundle',
  version: '--version',
};

/** What a command does not have, because something else does it. */
const instead: Readonly<Record<string, string>> = {
  'apply --dry-run': '`rota plan` shows what an apply would do, and does nothing.',
  'destroy --dry-run': '`rota status` lists what would be removed.',
  'status --watch': '`rota report --serve` shows it live.',
  '--verbose': '`rota explain` and `rota doctor` say more; ROTA_DEBUG=1 shows where an error was thrown.',
  '--debug': '`ROTA_DEBUG=1` shows where an error was thrown.',
  '--quiet': 'Talk goes to standard error: 2>/dev/null leaves the data.',
  '--no-color': '`NO_COLOR=1` leaves colour out.',
  '--no-colour': '`NO_COLOR=1` leaves colour out.',
};

/** What somebody means who knows an option from elsewhere; empty where that cannot be told. */
export function meantOptions(option: string, spec: CommandSpec | undefined): readonly string[] {
  if (spec === undefined) return option === '-v' ? ['--version'] : [];
  const advice = instead[`${spec.name} ${option}`] ?? instead[option];
  if (advice !== undefined) return [advice];
  const has = new Set(spec.options.flatMap(({ flags }) => flags.split(/[ ,]+/)));
  const meant = (options[option] ?? []).filter((one) => has.has(one));
  if (meant.length > 0 || !['-f', '--file', '--files'].includes(option) || !spec.args?.includes('files')) return meant;
  return [`Files stand behind the command: rota ${spec.name} jobs.yaml`];
}

/** The same of a command, where `names` are those that there are. */
export function meantCommand(word: string, names: readonly string[]): readonly string[] {
  const meant = Object.hasOwn(commands, word) ? commands[word] : undefined;
  return meant === undefined || !names.includes(meant) ? [] : [meant];
}
