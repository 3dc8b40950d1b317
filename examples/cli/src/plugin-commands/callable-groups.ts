import { declarationError, type PluginCommandGroup, RotaError } from '@rota/core';
import type { SpecGroup } from '../program/command.ts';
import type { Io } from '../program/io.ts';
import { type FoundGroups, findGroups, isCalled } from './find-groups.ts';
import { type KnownPlugin, knownPlugins } from './known-plugins.ts';
import { specGroup } from './spec-group.ts';

/** The commands of plugins, and why there may be more of them. */
export interface CallableGroups {
  readonly groups: readonly SpecGroup[];
  readonly unread?: string | undefined;
}

/**
 * The commands that a command line may mean beyond Rota's own: those of the plugins in the config here. For a plugin of ours that is not
 * there, its commands that work without a config.
 *
 * @throws ROTA_PLUGIN_MISSING, and what is wrong with the config
 */
export async function callableGroups(args: readonly string[], io: Io): Promise<CallableGroups> {
  const { groups, attempt, failure } = await findGroups(args, io);
  const [word = ''] = args;
  if (groups.some((group) => isCalled(group, word))) return { groups: groups.map(specGroup) };
  const known = knownPlugins.find(({ command }) => command === word);
  if (known === undefined) return { groups: groups.map(specGroup), unread: unreadReason(attempt, failure) };
  const installed = await loadPackage(known);
  const standalone = standaloneGroup(installed);
  if (standalone?.commands.some(({ name }) => name === args[1]) === true)
    return { groups: [...groups, standalone].map(specGroup) };
  if (failure !== undefined) throw failure;
  if (attempt?.issues.some(({ severity }) => severity === 'error')) throw declarationError(attempt.issues);
  throw new RotaError(
    'ROTA_PLUGIN_MISSING',
    `\`rota ${word}\` comes with the plugin ${known.package}, which ${attempt === undefined ? 'needs a config; there is none here' : 'the config here does not have'}.`,
    {
      suggestions: [
        ...(installed === undefined ? ['In the checkout: npm run build'] : []),
        `In jobs.config.ts: import { ${known.exported} } from '${known.package}', and plugins: [${known.exported}({ ... })]`,
      ],
    },
  );
}

/** Why the commands of a plugin may be missing. */
function unreadReason(attempt: FoundGroups['attempt'], failure: unknown): string | undefined {
  const refused = attempt?.issues.find(({ code }) => code === 'ROTA_PLUGIN_INVALID');
  return refused?.message ?? (failure instanceof Error ? failure.message : undefined);
}

interface PluginPackage {
  readonly commandGroup?: PluginCommandGroup;
}

/** The package of a plugin where it stands beside this command. */
async function loadPackage({ package: name }: KnownPlugin): Promise<PluginPackage | undefined> {
  try {
    return await import(name);
  } catch {
    return undefined;
  }
}

/** What it offers for the day when no config can be loaded. */
function standaloneGroup(installed: PluginPackage | undefined): PluginCommandGroup | undefined {
  const group = installed?.commandGroup;
  return group === undefined
    ? undefined
    : { ...group, commands: group.commands.filter(({ withoutConfig }) => withoutConfig === true) };
}
