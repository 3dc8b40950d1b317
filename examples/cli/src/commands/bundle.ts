import {
  type BundleArtifact,
  type BundleSpec,
  type BundleStore,
  bundleOfJob,
  type FoundBundle,
  findBundle,
  type InventoryHost,
  nearest,
  openStore,
  RotaError,
  readTargetRecords,
} from '@rota/core';
import { namespaceHere, openDeclaration } from '../open/open-declaration.ts';
import { findStateOwner } from '../open/state-owner.ts';
import type { CommandContext } from '../program/command.ts';

/** What every action of `rota bundle` works on. */
export interface BundlePlace {
  readonly namespace: string;
  readonly store: BundleStore;
  /** The state of the named job; `undefined` where an action can do without. */
  readonly spec: BundleSpec | undefined;
}

/** The same where a job was named. */
export interface JobPlace extends BundlePlace {
  readonly spec: BundleSpec;
  /** Of a target: what it runs as here, where that is known. */
  readonly artifact: BundleArtifact | undefined;
  /** The inventory of the config. */
  readonly hosts: readonly InventoryHost[];
}

const actions: Readonly<Record<string, () => Promise<{ readonly run: (context: CommandContext) => Promise<number> }>>> = {
  capture: () => import('../bundle/capture.ts'),
  list: () => import('../bundle/list.ts'),
  inspect: () => import('../bundle/inspect.ts'),
  verify: () => import('../bundle/verify.ts'),
  drill: () => import('../bundle/verify.ts'),
  restore: () => import('../bundle/restore.ts'),
  diff: () => import('../bundle/diff.ts'),
  prune: () => import('../bundle/prune.ts'),
  migrate: () => import('../bundle/migrate.ts'),
};

/** What a migration calls on the other machine; nothing for people. */
const internal: typeof actions = { receive: () => import('../bundle/receive.ts') };

/** `rota bundle ACTION ...` */
export async function run(context: CommandContext): Promise<number> {
  const [action = ''] = context.args;
  const load = actions[action] ?? internal[action];
  if (load === undefined) {
    const near = nearest(action, Object.keys(actions));
    throw new RotaError('ROTA_USAGE', `\`rota bundle ${action}\` is not known; there are ${Object.keys(actions).join(', ')}.`, {
      suggestions: near === undefined ? ['rota help bundle'] : [near],
    });
  }
  return await (await load()).run(context);
}

/** The job or target that an action is for. @throws ROTA_USAGE, ROTA_JOB_UNKNOWN, ROTA_BUNDLE_UNDECLARED */
export async function placeOfJob(context: CommandContext): Promise<JobPlace> {
  const [action, name] = context.args;
  if (name === undefined) throw new RotaError('ROTA_USAGE', `\`rota bundle ${action}\` needs the name of a job or a target.`);
  const declaration = await openDeclaration(context, [], 'status', { jobsOptional: true });
  const owner = findStateOwner(declaration, name);
  const spec = await bundleOfJob(owner);
  const openers = Object.assign({}, ...declaration.plugins.map(({ bundleStores }) => bundleStores));
  const store = await openStore(context.host(), declaration.namespace, spec, openers);
  const isTarget = declaration.targets.some((target) => target === owner);
  const artifact = isTarget ? await artifactHere(context, declaration.namespace, owner.name) : undefined;
  return { namespace: declaration.namespace, spec, store, artifact, hosts: declaration.hosts };
}

async function artifactHere(context: CommandContext, namespace: string, name: string): Promise<BundleArtifact | undefined> {
  const host = context.host();
  for (const record of (await readTargetRecords(host, namespace)).values()) {
    const here = record.name === name ? record.deployed.find((one) => one.host === host.hostname) : undefined;
    if (here !== undefined && !here.interrupted) return { system: record.system, path: here.artifact, revision: here.revision };
  }
  return undefined;
}

/** The named job where a name is given, else the store of the state alone. */
export async function placeOf(context: CommandContext): Promise<BundlePlace> {
  if (context.args[1] !== undefined) return await placeOfJob(context);
  const namespace = await namespaceHere(context);
  return { namespace, spec: undefined, store: await openStore(context.host(), namespace) };
}

/** Does something with a bundle; without a name, with the newest that is complete. What was fetched for it is removed again. */
export async function withBundle<T>(
  context: CommandContext,
  { namespace, store, spec }: BundlePlace,
  which: string | undefined,
  work: (bundle: FoundBundle) => Promise<T>,
): Promise<T> {
  const bundle = await findBundle({ host: context.host(), namespace, store, which: which ?? 'latest', of: spec });
  try {
    return await work(bundle);
  } finally {
    bundle.close();
  }
}
