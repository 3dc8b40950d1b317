import type { OptionSpec } from './command.ts';
import { parseInstant, parseLabel } from './parse-value.ts';

export const json: OptionSpec = { flags: '--json', summary: 'print data as JSON, errors too; never ask' };

export const backend: OptionSpec = {
  flags: '--backend <name>',
  summary: 'systemd, cron, taskscheduler or embedded (default: the recorded one, else the best that is available)',
};

export const label: OptionSpec = {
  flags: '-l, --label <key=value>',
  summary: 'only jobs with this label; repeatable',
  parse: parseLabel,
};

/** Where the declaration comes from. */
export const source: readonly OptionSpec[] = [
  { flags: '--config <file>', summary: 'the config (default: jobs.config.{ts,mts,js,mjs,json,yaml} here or above)' },
  { flags: '--host-file <file>', summary: 'what this host says of itself (default: ~/.config/rota/host.yaml)' },
];

/** Which installed jobs are meant. */
export const place: readonly OptionSpec[] = [
  { flags: '--namespace <name>', summary: 'the namespace (default: the one of the config, else "default")' },
  { flags: '--state-dir <dir>', summary: 'where state lives (default: ROTA_STATE_DIR, else $XDG_STATE_HOME/rota)' },
];

export const confirm: OptionSpec = { flags: '-y, --yes', summary: 'do not ask' };

export const from: OptionSpec = { flags: '--from <instant>', summary: 'look from here on (default: now)', parse: parseInstant };

export const zone: OptionSpec = { flags: '--tz <zone>', summary: 'time zone of the expression, or "local" (default: UTC)' };

export const allowRemovals: OptionSpec = {
  flags: '--allow-removals',
  summary: 'delete more jobs than the allowed share of the installed ones',
};

export const takeOver: OptionSpec = {
  flags: '--take-over',
  summary: 'let this source take a namespace that another one declared',
};
