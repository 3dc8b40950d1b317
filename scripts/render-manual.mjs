// The manual page rota(1), made from the commands as data. Source of the macros: man(7).

/** Rota's commands, and those of plugins (groups of specs), as troff. `version` stands in the footer. */
export function renderManual(specs, version, groups = []) {
  const built = specs.filter(({ load }) => load !== undefined);
  return [
    `.TH ROTA 1 "" "Rota ${version}" "Rota"`,
    '.SH NAME',
    'rota \\- declare recurring jobs once, and run them on the scheduler that this machine already has',
    '.SH SYNOPSIS',
    '.B rota',
    '.I command',
    '.RI [ options ]',
    '.SH DESCRIPTION',
    'Data goes to standard output, talk to standard error. Every command has',
    `.BR ${text('--json')} ;`,
    `.B rota schema`,
    '.I command',
    'prints the JSON Schema of what it then prints. A question is asked on a terminal only, and not with',
    `.B ${text('--yes')}`,
    'or',
    `.BR ${text('--json')} .`,
    'Plugins of the config add commands of their own; those of the plugins that come with Rota stand below.',
    '.SH COMMANDS',
    ...built.flatMap(command),
    ...groups.flatMap(({ title, specs: added }) => [`.SH ${text(title)}`, ...added.flatMap(command)]),
    '.SH EXIT STATUS',
    '0 done; 1 error; 130 ended at once, by a second Ctrl-C. What else they mean, and what other codes do, stands with the command.',
    '.SH ENVIRONMENT',
    ...entry('ROTA_STATE_DIR', 'Where state lives, unless an option says so. Else $XDG_STATE_HOME/rota.'),
    ...entry('ROTA_MAINTENANCE', 'With the value off, apply installs no maintenance job.'),
    ...entry('NO_COLOR', 'No colour, also on a terminal.'),
    ...entry('ROTA_DEBUG', 'Errors say where in the code they were thrown.'),
    '.SH FILES',
    ...entry('jobs.config.{ts,mts,js,mjs,json,yaml}', 'The config, here or above.'),
    ...entry('~/.config/rota/host.yaml', 'What this host says of itself.'),
    ...entry('~/.config/rota/secrets.env', 'Values of references, mode 0600.'),
    '',
  ].join('\n');
}

function command({ name, args, summary, options, examples, exitCodes }) {
  const codes = Object.entries(exitCodes ?? {}).map(([code, meaning]) => `${code} ${meaning}`);
  return [
    `.SS rota ${text([name, args].filter((part) => part !== undefined).join(' '))}`,
    line(`${summary.charAt(0).toUpperCase()}${summary.slice(1)}.`),
    ...options.flatMap(({ flags, summary: meaning }) => entry(flags, meaning)),
    ...(codes.length === 0 ? [] : ['.PP', line(`Exit codes: ${codes.join('; ')}.`)]),
    ...(examples.length === 0 ? [] : ['.PP', '.nf', '.RS 4', ...examples.map(line), '.RE', '.fi']),
  ];
}

function entry(term, meaning) {
  return ['.TP', `.B ${text(term)}`, line(meaning)];
}

/** Backslashes and dashes mean something to troff; an apostrophe in code must stay one. */
function text(words) {
  return words.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll("'", '\\(aq').replaceAll('`', '');
}

/** A line that begins with a dot or an apostrophe would be a request. */
function line(words) {
  return text(words).replace(/^([.'])/, '\\&$1');
}
