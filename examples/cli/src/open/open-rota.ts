import { type CommandPlace, createRota, type Declaration, type Rota } from '@rota/core';
import type { CommandContext } from '../program/command.ts';
import { loadBackends } from './load-backends.ts';
import { declarationHere, type UnreadConfig } from './open-declaration.ts';
import { ownCommand } from './own-command.ts';
import { refuseForeignHome } from './refuse-foreign-home.ts';

/** Rota for a declaration, with its plugins. */
export async function openRota(context: CommandContext, declaration: Declaration): Promise<Rota> {
  const { namespace, plugins } = declaration;
  refuseForeignHome(context.host());
  const parts = { host: context.host(), backends: await loadBackends(), plugins, namespace, ...maintenanceOf(context) };
  return tellingOfRecovery(context, createRota(parts));
}

/** Rota for a namespace by name. */
export async function rotaOf(context: CommandContext, namespace: string): Promise<Rota> {
  refuseForeignHome(context.host());
  return tellingOfRecovery(
    context,
    createRota({ host: context.host(), backends: await loadBackends(), namespace, ...maintenanceOf(context) }),
  );
}

/** Rota for the namespace that the command line or the config here names; with the plugins of the config, if it was read. */
export async function openNamespace(
  context: CommandContext,
  unread: UnreadConfig = 'refuse',
): Promise<Rota & Pick<Declaration, 'plugins'>> {
  const here = await declarationHere(context, unread);
  if (typeof here === 'string') return { ...(await rotaOf(context, here)), plugins: [] };
  return { ...(await openRota(context, here)), plugins: here.plugins };
}

/** Whichever command comes first after an apply that was cut off, it says what became of it. */
function tellingOfRecovery(context: CommandContext, rota: Rota): Rota {
  rota.events.on('apply:recovered', ({ outcome, startedAt, leftOff }) => {
    context.say(`The apply of ${startedAt} had been cut off: it was ${outcome} first.`);
    for (const line of leftOff) context.say(line);
  });
  return rota;
}

/** `ROTA_MAINTENANCE=off`: who sets it runs `rota maintain` himself, or keeps nothing long enough. */
function maintenanceOf({ io }: CommandContext): { readonly command?: CommandPlace } {
  return io.env.ROTA_MAINTENANCE === 'off' ? {} : { command: ownCommand() };
}
