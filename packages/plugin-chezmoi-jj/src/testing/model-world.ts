import { cpSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { hostNames, modelFiles, slots } from './history.ts';
import { modelText } from './play-history.ts';
import { makeWorld, type TestHost, type World } from './world.ts';

/** Three hosts in step, at always the same place, so that a copy of the folder is another such world. */
export interface ModelWorld {
  readonly world: World;
  readonly hosts: readonly TestHost[];
}

/** Makes the world once and answers a function that puts it back as it was. */
export async function modelWorlds(root: string): Promise<(options: { readonly propagateDeletes: boolean }) => ModelWorld> {
  const [live, kept] = [join(root, 'live'), join(root, 'kept')];
  const world = await makeWorld(live);
  const [first, ...others] = hostNames.map((name) => world.host(name));
  if (first === undefined) throw new TypeError('no host');
  const text = modelText(Array.from({ length: slots }, (_, slot) => `start ${slot}`));
  for (const { path } of modelFiles) first.write(path, text);
  await first.chezmoi('init');
  for (const { path, source } of modelFiles)
    await first.chezmoi('add', ...(source.endsWith('.tmpl') ? ['--template'] : []), join(first.home, path));
  await first.git('config', 'core.logAllRefUpdates', 'always');
  for (const host of [first, ...others]) await host.sync();
  await first.git('--git-dir', world.origin, 'config', 'core.logAllRefUpdates', 'always');
  cpSync(live, kept, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
  return ({ propagateDeletes }) => {
    rmSync(live, { recursive: true, force: true });
    cpSync(kept, live, { recursive: true, preserveTimestamps: true, verbatimSymlinks: true });
    return { world, hosts: hostNames.map((name) => world.host(name, { propagateDeletes, retries: 3 })) };
  };
}
