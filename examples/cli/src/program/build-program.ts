import { Command, Option } from 'commander';
import { helpLayout, wrapText } from '../output/help-layout.ts';
import { knownPlugins } from '../plugin-commands/known-plugins.ts';
import type { CliOptions } from './cli-options.ts';
import type { CommandSpec, SpecGroup } from './command.ts';
import { commandSpecs } from './command-specs.ts';
import type { Io } from './io.ts';

/** Called for the command that the line names. */
export type Dispatch = (spec: CommandSpec, args: readonly string[], options: CliOptions) => Promise<void>;

/** The commander program of all commands. It never exits the process: what it would exit for is thrown. */
export function buildProgram(io: Io, dispatch: Dispatch, groups: readonly SpecGroup[] = []): Command {
  const program = new Command('rota')
    .description('Declare recurring jobs once; run them on the scheduler that this machine already has.')
    .usage('<command> [options]')
    .option('-V, --version', 'print the version')
    .helpCommand('help [command]', 'explain a command')
    .configureHelp(helpLayout);
  configure(program, io);
  for (const spec of commandSpecs) addCommand(program, spec, io, dispatch);
  for (const group of groups) addGroup(program, group, io, dispatch);
  const closing =
    `Plugins add commands: ${knownPlugins.map(({ command, summary }) => `\`rota ${command}\` (${summary})`).join(', ')}.\n` +
    'Start with `rota init`, then `rota plan` and `rota apply`. `rota help COMMAND` has examples.\nExit codes: 0 done, 1 error; see `rota help COMMAND` for others.';
  program.addHelpText('after', `\n${wrapText(closing, helpWidth(io))}`);
  return program;
}

/** The commands of a plugin stand below one word. */
function addGroup(program: Command, group: SpecGroup, io: Io, dispatch: Dispatch): void {
  const parent = program
    .command(group.name)
    .aliases([...group.aliases])
    .summary(group.summary)
    .description(`${capital(group.summary)}.`)
    .usage('<command> [options]');
  configure(parent, io);
  for (const spec of group.specs) addCommand(parent, spec, io, dispatch);
}

function addCommand(parent: Command, spec: CommandSpec, io: Io, dispatch: Dispatch): void {
  const command = parent
    .command(spec.name.split(' ').at(-1) ?? spec.name)
    .summary(spec.summary)
    .description(`${capital(spec.summary)}.`);
  configure(command, io);
  if (spec.args !== undefined) command.arguments(spec.args);
  if (spec.load === undefined) command.allowUnknownOption();
  for (const { flags, summary, parse, choices } of spec.options) {
    const option = new Option(flags, summary);
    if (parse !== undefined) option.argParser(parse);
    if (choices !== undefined) option.choices([...choices]);
    command.addOption(option);
  }
  command.addHelpText('after', afterHelp(spec, helpWidth(io)));
  command.action(async () => dispatch(spec, command.args, command.opts<CliOptions>()));
}

function configure(command: Command, io: Io): void {
  command
    .exitOverride()
    .showSuggestionAfterError(true)
    // Errors are thrown too, and printed in one place, so that they can be JSON.
    .configureOutput({
      writeOut: io.out,
      writeErr: () => undefined,
      getOutHelpWidth: () => helpWidth(io),
    });
}

/** Examples stay on one line each: they are there to be copied. */
function afterHelp(spec: CommandSpec, width: number): string {
  const examples = spec.examples.length === 0 ? [] : ['', 'Examples:', ...spec.examples.map((example) => `  $ ${example}`)];
  const codes = Object.entries({ 0: 'done', 1: 'error', ...spec.exitCodes }).map(([code, meaning]) => `${code} ${meaning}`);
  return [...examples, '', wrapText(`Exit codes: ${codes.join('; ')}.`, width)].join('\n');
}

function helpWidth({ columns }: Io): number {
  return Math.max(30, Math.min(columns, 130));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
