import {
  type CommandAnswer,
  type Declaration,
  findConfig,
  isRotaError,
  loadDeclaration,
  type PluginCommand,
  type PluginCommandContext,
  type PluginRota,
  RotaError,
  type RotaEvents,
} from '@rota/core';
import { openRota, rotaOf } from '../open/open-rota.ts';
import { progress } from '../output/progress.ts';
import { table } from '../output/table.ts';
import type { CommandContext } from '../program/command.ts';
import { confirm } from '../program/confirm.ts';

/** Runs a command of a plugin, and prints its answer. `called` is how people call it: `nix status`. */
export async function runPluginCommand(called: string, command: PluginCommand, context: CommandContext): Promise<number> {
  const { io, json, say, colors, options } = context;
  const declaration = await declarationFor(command, context);
  const rota: PluginRota & { readonly events: RotaEvents } =
    declaration === undefined ? await rotaOf(context, options.namespace ?? 'default') : await openRota(context, declaration);
  const config = declaration?.source;
  const answer = await answerOf(called, command, {
    host: context.host(),
    namespace: rota.namespace,
    config,
    jobs: declaration?.jobs ?? [],
    rota,
    events: rota.events,
    args: context.args,
    options: optionValues(command, context),
    json,
    signal: io.signal,
    columns: io.columns,
    colors,
    say,
    progress: (label) => progress(io, label),
    confirm: async (question) => {
      if (command.confirms !== true) throw notConfirming(called);
      await confirm(context, question);
    },
    table: (rows) => table(rows, io.columns),
  });
  if (json) context.printJson({ formatVersion: 1, ...answer.data });
  else {
    const text = typeof answer.text === 'string' ? answer.text : answer.text.join('\n');
    if (text !== '') io.out(text.endsWith('\n') ? text : `${text}\n`);
  }
  return answer.exitCode ?? 0;
}

/** What a command of a plugin throws by mistake is not a defect of Rota. @throws what the command throws on purpose, ROTA_PLUGIN_INVALID */
async function answerOf(called: string, command: PluginCommand, context: PluginCommandContext): Promise<CommandAnswer> {
  let answer: CommandAnswer | undefined;
  try {
    answer = await command.run(context);
  } catch (cause) {
    if (isRotaError(cause) || context.signal.aborted || (cause instanceof Error && 'code' in cause)) throw cause;
    throw pluginError(
      `The command "${called}" of a plugin failed: ${cause instanceof Error ? cause.message : String(cause)}`,
      cause,
    );
  }
  if (typeof answer?.data === 'object' && answer.data !== null && (typeof answer.text === 'string' || Array.isArray(answer.text)))
    return answer;
  throw pluginError(`The command "${called}" of a plugin did not answer \`{ data, text }\`: an object, and text or lines.`);
}

/** Where it does not ask, it would go on unasked: nobody could have given it `--yes`, nor known that it changes something. */
function notConfirming(called: string): RotaError {
  return new RotaError(
    'ROTA_PLUGIN_INVALID',
    `The command "${called}" of a plugin asks before a change, and does not say so: it has no \`--yes\`. It was ended where it asked.`,
    { suggestions: ['Declare the command with `confirms: true`.'] },
  );
}

function pluginError(message: string, cause?: unknown): RotaError {
  return new RotaError('ROTA_PLUGIN_INVALID', message, { cause, suggestions: ['Set ROTA_DEBUG=1 to see where it happened.'] });
}

/** @throws ROTA_DECLARATION_INVALID, unless the command works without */
async function declarationFor({ withoutConfig, name }: PluginCommand, context: CommandContext): Promise<Declaration | undefined> {
  const { options, io } = context;
  const host = context.host();
  if (withoutConfig === true && options.config === undefined && findConfig(host.files, io.cwd) === undefined) return undefined;
  try {
    return await loadDeclaration(host, {
      cwd: io.cwd,
      command: name,
      config: options.config,
      namespace: options.namespace,
      hostFile: options.hostFile,
    });
  } catch (error) {
    if (withoutConfig !== true) throw error;
    context.say(
      `warning: the config cannot be read, and this works without it: ${error instanceof Error ? error.message : error}`,
    );
    return undefined;
  }
}

/** What commander has read, by the names that the plugin gave. What was not given is as the contract says. */
function optionValues({ options = {} }: PluginCommand, context: CommandContext): PluginCommandContext['options'] {
  const given = new Map<string, unknown>(Object.entries(context.options));
  return Object.fromEntries(
    Object.entries(options).map(([name, { kind }]) => {
      const value = given.get(name);
      if (kind === 'flag') return [name, isGiven(given, name)];
      if (kind === 'list') return [name, Array.isArray(value) ? value.map(String) : []];
      return [name, typeof value === 'string' || typeof value === 'number' ? value : undefined];
    }),
  );
}

/** commander takes `--no-push` for the end of a `push` that is on unless it is given. */
function isGiven(given: ReadonlyMap<string, unknown>, name: string): boolean {
  const [, first, rest = ''] = /^no([A-Z])(.*)$/.exec(name) ?? [];
  return first === undefined ? given.get(name) === true : given.get(`${first.toLowerCase()}${rest}`) === false;
}
