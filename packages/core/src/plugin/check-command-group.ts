import { ownCommands } from './own-commands.ts';
import type { CommandOption, PluginCommand, PluginCommandGroup } from './plugin-command.ts';

/** Rota's own options, which every command of a plugin has. */
const reserved = ['config', 'hostFile', 'namespace', 'stateDir', 'json', 'yes', 'help'];
const kinds: readonly CommandOption['kind'][] = ['flag', 'text', 'count', 'duration', 'list'];
const word = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;

/** Help, completion and dispatch rely on this. @throws Error that says what is wrong */
export function checkCommandGroup({ name, aliases = [], commands }: PluginCommandGroup): void {
  for (const one of [name, ...aliases]) if (!word.test(one)) throw new Error(`the command "${one}" is not a word such as "nix".`);
  const taken = [name, ...aliases, ...commands.flatMap((command) => command.aliases ?? [])].find((one) =>
    ownCommands.includes(one),
  );
  if (taken !== undefined) throw new Error(`the command "${taken}" is one of Rota's own; give it another name.`);
  if (commands.length === 0) throw new Error(`the command "${name}" has no commands below it.`);
  const seen = new Set<string>();
  for (const command of commands) {
    if (seen.has(command.name)) throw new Error(`the command "${name} ${command.name}" is added twice.`);
    seen.add(command.name);
    const problem = commandProblem(command);
    if (problem !== undefined) throw new Error(`the command "${name} ${command.name}" ${problem}.`);
  }
}

function commandProblem({ name, options = {}, positionals = [], examples = [], run }: PluginCommand): string | undefined {
  if (!word.test(name)) return 'is not a word such as "status"';
  if (typeof run !== 'function') return 'has no function `run`';
  if (examples.length === 0) return 'has no example; give whole command lines, such as `rota nix status --json`';
  const shorts: string[] = ['y', 'h'];
  for (const [key, { kind, short }] of Object.entries(options)) {
    if (reserved.includes(key)) return `has the option "${key}", which is Rota's own`;
    if (!/^[a-z][a-zA-Z0-9]*$/.test(key)) return `has the option "${key}"; write it as in code: dryRun`;
    if (!kinds.includes(kind)) return `has the option "${key}" of the kind "${kind}"; there are: ${kinds.join(', ')}`;
    if (short === undefined) continue;
    if (!/^[a-zA-Z]$/.test(short)) return `has the short option "${short}", which is not one letter`;
    if (shorts.includes(short)) return `has the short option "${short}" twice`;
    shorts.push(short);
  }
  const firstOptional = positionals.findIndex(({ required }) => required === false);
  if (firstOptional !== -1 && positionals.slice(firstOptional).some(({ required }) => required !== false))
    return 'has a required word after one that is not';
  if (positionals.slice(0, -1).some(({ repeatable }) => repeatable)) return 'has a repeatable word that is not its last';
  return undefined;
}
