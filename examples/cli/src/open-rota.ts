import { type CommandPlace, createRota, type Declaration, type Rota } from '@rota/core';
import type { CommandContext } from './command.ts';
import { loadBackends } from './load-backends.ts';
import { declarationHere } from './open-declaration.ts';
import { ownCommand } from './own-command.ts';

/** Rota for a declaration, with its plugins. */
export async function openRota(context: CommandContext, declaration: Declaration): Promise<Rota> {
  const { namespace, plugins } = declaration;
  return createRota({ host: context.host(), backends: await loadBackends(), plugins, namespace, ...maintenanceOf(context) });
}

/** Rota for a namespace by name. */
export async function rotaOf(context: CommandContext, namespace: string): Promise<Rota> {
  return createRota({ host: context.host(), backends: await loadBackends(), namespace, ...maintenanceOf(context) });
}

/** Rota for the namespace that the command line or the config here names; with the plugins of the config, if it was read. */
export async function openNamespace(context: CommandContext): Promise<Rota & Pick<Declaration, 'plugins'>> {
  const here = await declarationHere(context);
  if (typeof here === 'string') return { ...(await rotaOf(context, here)), plugins: [] };
  return { ...(await openRota(context, here)), plugins: here.plugins };
}

/** `ROTA_MAINTENANCE=off`: who sets it runs `rota maintain` himself, or keeps nothing long enough. */
function maintenanceOf({ io }: CommandContext): { readonly command?: CommandPlace } {
  return io.env.ROTA_MAINTENANCE === 'off' ? {} : { command: ownCommand() };
}
