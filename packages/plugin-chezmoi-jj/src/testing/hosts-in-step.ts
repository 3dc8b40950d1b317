import { join } from 'node:path';
import type { DotfileOptionsInput } from '../options.ts';
import { madeOnce } from './new-world.ts';
import type { TestHost, World } from './world.ts';

/** Two hosts that have synchronised the given dotfiles, path to content. */
export async function hostsInStep(
  world: World,
  files: Readonly<Record<string, string>>,
  options: Partial<DotfileOptionsInput> = {},
): Promise<readonly [TestHost, TestHost]> {
  const hosts = (): readonly [TestHost, TestHost] => [world.host('a', options), world.host('b', options)];
  await madeOnce(world, { files, options }, async () => {
    const [a, b] = hosts();
    for (const [path, content] of Object.entries(files)) a.write(path, content);
    await a.chezmoi('init');
    await a.chezmoi('add', ...Object.keys(files).map((path) => join(a.home, path)));
    await a.sync();
    await b.sync();
  });
  return hosts();
}
