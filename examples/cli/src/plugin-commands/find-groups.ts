import { resolve } from 'node:path';
import { attemptDeclaration, createHost, type DeclarationAttempt, isRotaError, type PluginCommandGroup } from '@rota/core';
import type { Io } from '../program/io.ts';
import { givenOption } from './given-option.ts';

/** The commands that the plugins of the config here add, and what else came of reading it. */
export interface FoundGroups {
  readonly groups: readonly PluginCommandGroup[];
  /** `undefined` when there is no config. */
  readonly attempt: DeclarationAttempt | undefined;
  /** Why the config could not be read at all. */
  readonly failure: unknown;
}

/** Reads the config that a command line means, for the commands of its plugins. Never throws: a mistyped command is no question of the config. */
export async function findGroups(args: readonly string[], io: Io): Promise<FoundGroups> {
  const stateDir = givenOption(args, '--state-dir');
  const env = { ...io.env, ...(stateDir === undefined ? {} : { ROTA_STATE_DIR: stateDir }) };
  try {
    const attempt = await attemptDeclaration(createHost({ env, ...io.host }), {
      cwd: resolve(io.cwd),
      command: args[0],
      config: givenOption(args, '--config'),
      namespace: givenOption(args, '--namespace'),
      hostFile: givenOption(args, '--host-file'),
    });
    return { groups: attempt.plugins.flatMap(({ commands }) => commands), attempt, failure: undefined };
  } catch (failure) {
    const isMissing = isRotaError(failure) && failure.code === 'ROTA_CONFIG_NOT_FOUND';
    return {
      groups: [],
      attempt: undefined,
      failure: isMissing && givenOption(args, '--config') === undefined ? undefined : failure,
    };
  }
}

/** Whether a word calls a group. */
export function isCalled({ name, aliases = [] }: PluginCommandGroup, word: string): boolean {
  return name === word || aliases.includes(word);
}
