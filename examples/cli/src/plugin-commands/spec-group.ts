import { type CommandOption, type PluginCommand, type PluginCommandGroup, parseDuration } from '@rota/core';
import { InvalidArgumentError } from 'commander';
import type { CommandSpec, OptionSpec, SpecGroup } from '../program/command.ts';
import { confirm, json, place, source } from '../program/common-options.ts';
import { parseEach } from '../program/parse-value.ts';

/** The commands of a group as Rota's own are described, so that help, completion and man pages are made in one way. */
export function specGroup({ name, aliases = [], summary, commands }: PluginCommandGroup): SpecGroup {
  return { name, aliases, summary, specs: commands.map((command) => commandSpec(name, command)) };
}

function commandSpec(group: string, command: PluginCommand): CommandSpec {
  return {
    name: `${group} ${command.name}`,
    ...(command.aliases === undefined ? {} : { aliases: command.aliases }),
    summary: command.summary,
    ...(command.positionals === undefined ? {} : argumentsOf(command.positionals)),
    options: [
      ...Object.entries(command.options ?? {}).map(([name, option]) => optionSpec(name, option)),
      ...source,
      ...place,
      ...(command.confirms === true ? [confirm] : []),
      json,
    ],
    examples: command.examples,
    ...(command.exitCodes === undefined ? {} : { exitCodes: command.exitCodes }),
    load: async () => {
      const { runPluginCommand } = await import('./run-plugin-command.ts');
      return { run: (context) => runPluginCommand(`${group} ${command.name}`, command, context) };
    },
  };
}

function argumentsOf(positionals: NonNullable<PluginCommand['positionals']>): Pick<CommandSpec, 'args' | 'completes'> {
  const words = positionals.map(({ name, required, repeatable }) => {
    const word = repeatable === true ? `${name}...` : name;
    return required === false ? `[${word}]` : `<${word}>`;
  });
  const completes = positionals[0]?.completes;
  return { args: words.join(' '), ...(completes === undefined ? {} : { completes }) };
}

function optionSpec(name: string, option: CommandOption): OptionSpec {
  const long = `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
  const flags = `${option.short === undefined ? '' : `-${option.short}, `}${long}`;
  if (option.kind === 'flag') return { flags, summary: option.summary };
  const spec = { flags: `${flags} <${option.value}>`, summary: option.summary };
  if (option.kind === 'text') return option.choices === undefined ? spec : { ...spec, choices: option.choices };
  if (option.kind === 'list') return { ...spec, parse: parseEach };
  return { ...spec, parse: option.kind === 'count' ? parseWhole : parseTime };
}

function parseWhole(text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new InvalidArgumentError('Expected a whole number.');
  return Number(text);
}

function parseTime(text: string): number {
  const ms = parseDuration(/^\d+$/.test(text) ? Number(text) : text);
  if (ms === undefined) throw new InvalidArgumentError('Expected a duration such as 30s, 5m or 2h.');
  return ms;
}
