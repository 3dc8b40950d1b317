import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { output } from '@rota/test-support';
import { hostNames, modelFiles, slots } from './history.ts';
import { modelText } from './play-history.ts';
import { makeWorld, type TestHost, type World } from './world.ts';

/** Three hosts in step, at always the same place, so that a copy of the folder is another such world. */
export interface ModelWorld {
  readonly world: World;
  readonly hosts: readonly TestHost[];
}

/** Makes the world once and answers a function that puts it back as it was. */
export async function modelWorlds(
  root: string,
): Promise<(options: { readonly propagateDeletes: boolean }) => Promise<ModelWorld>> {
  const [live, kept] = [join(root, 'live'), join(root, 'kept')];
  const world = await makeWorld(live);
  const [first, ...others] = hostNames.map((name) => world.host(name));
  if (first === undefined) throw new TypeError('no host');
  const text = modelText(Array.from({ length: slots }, (_, slot) => `start ${slot}`));
  for (const { path } of modelFiles) first.write(path, text);
  await first.chezmoi('init');
  for (const { path, source } of modelFiles)
    await first.chezmoi('add', ...(source.endsWith('.tmpl') ? ['--template'] : []), join(first.home, path));
  for (const host of [first, ...others]) await host.sync();
  // Times to the nanosecond: the sync takes a file whose time differs for another one.
  const copy = async (from: string, to: string): Promise<unknown> => await output('cp', ['-a', from, to]);
  await copy(live, kept);
  return async ({ propagateDeletes }) => {
    rmSync(live, { recursive: true, force: true });
    await copy(kept, live);
    return { world, hosts: hostNames.map((name) => world.host(name, { propagateDeletes, retries: 3 })) };
  };
}
