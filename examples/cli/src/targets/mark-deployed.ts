import { markDeployed, RotaError } from '@rota/core';
import { oneSystem, openRegistry } from '../commands/targets.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota targets mark-deployed NAME`: records what was deployed by hand. */
export async function run(context: CommandContext): Promise<number> {
  const { input } = await openRegistry(context);
  const [name, another] = input.names;
  if (name === undefined || another !== undefined)
    throw new RotaError('ROTA_USAGE', '`rota targets mark-deployed` needs the name of one target.');
  const { host, namespace, targets } = input;
  const target = targets.find((one) => one.name === name);
  const system = target === undefined ? '' : oneSystem(context, target);
  const { artifact, host: on } = context.options;
  const marked = await markDeployed({ host, namespace, targets, name, system, artifact, on });
  if (context.json) context.printJson({ ...marked, action: 'mark-deployed' });
  else context.print(`${marked.name} on ${marked.host} is ${marked.artifact} from now on.`);
  return 0;
}
