import { resolve } from 'node:path';
import {
  type Declaration,
  findConfig,
  type LoadOptions,
  loadDeclaration,
  namespacesFrom,
  RotaError,
  type Validation,
  validateDeclaration,
} from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** What is declared here, for this host. @throws ROTA_DECLARATION_INVALID, ROTA_CONFIG_NOT_FOUND */
export async function openDeclaration(
  context: CommandContext,
  files: readonly string[],
  command = 'plan',
  more: Pick<LoadOptions, 'jobsOptional'> = {},
): Promise<Declaration> {
  return await loadDeclaration(context.host(), { ...loadOptions(context, files, command), ...more });
}

/** Every problem of what is declared here, as data. */
export async function checkDeclaration(context: CommandContext, files: readonly string[]): Promise<Validation> {
  const strict = context.options.strict ?? false;
  return await validateDeclaration(context.host(), { ...loadOptions(context, files, 'validate'), strict });
}

/** What is done where the config here cannot be read: nothing, or what it was last applied to is meant. The second is for what shows and for what goes back. */
export type UnreadConfig = 'refuse' | 'as-applied';

/** The namespace that is meant: the named one, else that of the config here, else `default`. */
export async function namespaceHere(context: CommandContext): Promise<string> {
  const here = await declarationHere(context, 'refuse');
  return typeof here === 'string' ? here : here.namespace;
}

/** What is declared here; the namespace alone where one is named, or where there is no config. @throws ROTA_CONFIG_FAILED */
export async function declarationHere(context: CommandContext, unread: UnreadConfig): Promise<Declaration | string> {
  const { namespace, config } = context.options;
  if (namespace !== undefined) return namespace;
  const path = config === undefined ? findConfig(context.host().files, context.io.cwd) : resolve(context.io.cwd, config);
  if (path === undefined) return 'default';
  try {
    return await openDeclaration(context, [], 'status', { jobsOptional: true });
  } catch (cause) {
    // Whoever wants to go back may want to because of what stands in it now.
    const [known, another] = unread === 'as-applied' ? namespacesFrom(context.host(), path) : [];
    if (known !== undefined && another === undefined) {
      context.say(`The config here cannot be read; it was last applied to namespace ${known}. ${messageOf(cause)}`);
      return known;
    }
    throw new RotaError(
      'ROTA_CONFIG_FAILED',
      `The config here cannot be read, so its namespace is not known. ${messageOf(cause)}`,
      {
        suggestions: ['Name the namespace: --namespace default.'],
        cause,
      },
    );
  }
}

function loadOptions({ options, io }: CommandContext, files: readonly string[], command: string): LoadOptions {
  return {
    cwd: io.cwd,
    command,
    files,
    config: options.config,
    namespace: options.namespace,
    hostFile: options.hostFile,
  };
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
