import {
  type AskedSystems,
  type Declaration,
  nearest,
  type PlanTargetsInput,
  RotaError,
  systemsOf,
  type Target,
} from '@rota/core';
import { openDeclaration } from '../open/open-declaration.ts';
import type { CommandContext } from '../program/command.ts';

const actions: Readonly<Record<string, () => Promise<{ readonly run: (context: CommandContext) => Promise<number> }>>> = {
  list: () => import('../targets/list.ts'),
  plan: () => import('../targets/plan.ts'),
  build: () => import('../targets/build.ts'),
  show: () => import('../targets/show.ts'),
  deploy: () => import('../targets/deploy.ts'),
  'mark-deployed': () => import('../targets/mark-deployed.ts'),
};

/** `rota targets ACTION ...` */
export async function run(context: CommandContext): Promise<number> {
  const [action = ''] = context.args;
  const load = Object.hasOwn(actions, action) ? actions[action] : undefined;
  if (load === undefined) {
    const near = nearest(action, Object.keys(actions));
    throw new RotaError('ROTA_USAGE', `\`rota targets ${action}\` is not known; there are ${Object.keys(actions).join(', ')}.`, {
      suggestions: near === undefined ? ['rota help targets'] : [near],
    });
  }
  return await (await load()).run(context);
}

/** The registry here, and what of it is asked for. @throws ROTA_DECLARATION_INVALID, ROTA_CONFIG_NOT_FOUND, ROTA_USAGE */
export async function openRegistry(
  context: CommandContext,
): Promise<{ readonly declaration: Declaration; readonly input: PlanTargetsInput & { readonly names: readonly string[] } }> {
  const { options, args } = context;
  if (options.system !== undefined && options.systems !== undefined)
    throw new RotaError('ROTA_USAGE', 'Give either --system or --systems.');
  if ([options.all, options.only, options.since].filter((one) => one !== undefined).length > 1)
    throw new RotaError('ROTA_USAGE', 'Give one of --since, --all and --only.');
  const declaration = await openDeclaration(context, [], 'targets', { jobsOptional: true });
  const { namespace, baseDir, targets, warnings } = declaration;
  for (const { message } of warnings) if (!context.json) context.say(message);
  if (targets.length === 0) {
    throw new RotaError('ROTA_DECLARATION_EMPTY', 'No target is declared here.', {
      place: { file: declaration.source },
      suggestions: ["targets: [defineTarget({ name: 'web', attr: 'packages.{system}.web', hints: ['web/**'] })]"],
    });
  }
  const names = args.slice(1);
  const since = options.since === undefined ? undefined : String(options.since);
  const { all, only } = options;
  return {
    declaration,
    input: { host: context.host(), namespace, baseDir, targets, names, systems: asked(context), since, all, only },
  };
}

/** The one system that is meant where one is needed. @throws ROTA_USAGE */
export function oneSystem(context: CommandContext, target: Target): string {
  const [system, another] = systemsOf(target, asked(context), context.host());
  if (system === undefined || another !== undefined) throw new RotaError('ROTA_USAGE', 'Name one system: --system x86_64-linux.');
  return system;
}

function asked({ options }: CommandContext): AskedSystems {
  return options.systems === 'all' ? 'all' : options.system;
}
