import { type CommandPlace, createRota, type Declaration, type Rota } from '@rota/core';
import type { CommandContext } from './command.ts';
import { loadBackends } from './load-backends.ts';
import { namespaceHere } from './open-declaration.ts';
import { ownCommand } from './own-command.ts';

/** Rota for a declaration, with the backends of its plugins. */
export async function openRota(context: CommandContext, declaration: Declaration): Promise<Rota> {
  const contributed = declaration.plugins.flatMap((plugin) => plugin.backends);
  const backends = [...(await loadBackends()), ...contributed];
  return createRota({ host: context.host(), backends, namespace: declaration.namespace, ...maintenanceOf(context) });
}

/** Rota for a namespace by name. */
export async function rotaOf(context: CommandContext, namespace: string): Promise<Rota> {
  return createRota({ host: context.host(), backends: await loadBackends(), namespace, ...maintenanceOf(context) });
}

/** Rota for the namespace that the command line or the config here names. */
export async function openNamespace(context: CommandContext): Promise<Rota> {
  return await rotaOf(context, await namespaceHere(context));
}

/** `ROTA_MAINTENANCE=off`: who sets it runs `rota maintain` himself, or keeps nothing long enough. */
function maintenanceOf({ io }: CommandContext): { readonly command?: CommandPlace } {
  return io.env.ROTA_MAINTENANCE === 'off' ? {} : { command: ownCommand() };
}
