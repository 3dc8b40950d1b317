import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, type TestMachine, temporaryFolder } from '@rota/test-support';
import { build } from 'tsup';

const own = ['core', 'backend-systemd', 'backend-cron', 'backend-taskscheduler', 'plugin-chezmoi-jj'];

/** Puts the command `rota` and the plugin onto a machine, as their packages would be, from the sources as they are. */
export async function installRota(machine: TestMachine, parts: RotaParts): Promise<void> {
  const plugin = '/opt/rota/node_modules/@rota/plugin-chezmoi-jj';
  const files = {
    '/opt/rota/package.json': JSON.stringify({ name: 'rota', version: '0.0.0', type: 'module' }),
    '/opt/rota/bin.js': readFileSync(join(repositoryRoot, 'examples/cli/bin.js'), 'utf8'),
    '/opt/rota/dist/main.js': parts.command,
    '/opt/rota/dist/rota-run.cjs': parts.runner,
    [`${plugin}/package.json`]: JSON.stringify({ name: '@rota/plugin-chezmoi-jj', type: 'module', exports: './index.js' }),
    [`${plugin}/index.js`]: parts.plugin,
    '/usr/local/bin/rota': '#!/bin/sh\nexec node /opt/rota/bin.js "$@"\n',
  };
  for (const [path, input] of Object.entries(files))
    await machine.output('sh', ['-ec', 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod 755 "$1"', 'sh', path], { input });
}

/** What is installed, as one file each. */
export interface RotaParts {
  readonly command: string;
  readonly runner: string;
  readonly plugin: string;
}

/** Bundles what `installRota` needs, once for all machines. */
export async function bundleRota(): Promise<RotaParts> {
  const [command, runner, plugin] = await Promise.all([
    bundle('examples/cli/src/main.ts', 'esm'),
    bundle('packages/core/src/run/main.ts', 'cjs'),
    bundle('packages/plugin-chezmoi-jj/src/index.ts', 'esm'),
  ]);
  return { command, runner, plugin };
}

async function bundle(entry: string, format: 'esm' | 'cjs'): Promise<string> {
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
      options.alias = Object.fromEntries(
        own.map((name) => [`@rota/${name}`, join(repositoryRoot, 'packages', name, 'src/index.ts')]),
      );
    },
  });
  return readFileSync(join(outDir, 'bundle.out'), 'utf8');
}
