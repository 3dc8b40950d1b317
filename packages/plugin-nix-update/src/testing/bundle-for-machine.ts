import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { build } from 'tsup';

const source = (name: string): string => join(repositoryRoot, 'packages', name, 'src/index.ts');

const own = ['core', 'backend-systemd', 'backend-cron', 'backend-taskscheduler', 'plugin-nix-update'];

/** One file of plain JavaScript, dependencies included, from the sources as they are: a test machine has no build of this checkout. */
export async function bundleForMachine(entry: string, format: 'esm' | 'cjs' = 'esm'): Promise<string> {
  const outDir = temporaryFolder();
  const banner = {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
  };
  await build({
    entry: { bundle: join(repositoryRoot, entry) },
    outDir,
    config: false,
    silent: true,
    dts: false,
    format: [format],
    platform: 'node',
    target: 'node20',
    splitting: false,
    clean: false,
    noExternal: [/.*/],
    external: ['jiti'],
    outExtension: () => ({ js: '.out' }),
    ...(format === 'esm' ? { banner } : {}),
    esbuildOptions(options) {
      options.alias = Object.fromEntries(own.map((name) => [`@rota/${name}`, source(name)]));
    },
  });
  return readFileSync(join(outDir, 'bundle.out'), 'utf8');
}
