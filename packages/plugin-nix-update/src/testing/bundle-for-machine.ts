import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, temporaryFolder } from '@rota/test-support';
import { build } from 'tsup';

/** One file of plain JavaScript, dependencies included, from the sources as they are: a test machine has no build of this checkout. */
export async function bundleForMachine(entry: string): Promise<string> {
  const outDir = temporaryFolder();
  await build({
    entry: { bundle: join(repositoryRoot, entry) },
    outDir,
    config: false,
    silent: true,
    dts: false,
    format: ['esm'],
    platform: 'node',
    target: 'node20',
    splitting: false,
    clean: false,
    noExternal: [/.*/],
    external: ['jiti'],
    outExtension: () => ({ js: '.mjs' }),
    banner: { js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);" },
    esbuildOptions(options) {
      options.alias = { '@rota/core': join(repositoryRoot, 'packages/core/src/index.ts') };
    },
  });
  return readFileSync(join(outDir, 'bundle.mjs'), 'utf8');
}
