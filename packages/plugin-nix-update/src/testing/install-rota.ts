import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { repositoryRoot, type TestMachine } from '@rota/test-support';
import { bundleForMachine } from './bundle-for-machine.ts';

/** Installs the command `rota` and the plugin on a machine, as their packages would be, from the sources as they are. */
export async function installRota(machine: TestMachine): Promise<void> {
  const [command, runner, plugin] = await Promise.all([
    bundleForMachine('examples/cli/src/main.ts'),
    bundleForMachine('packages/core/src/run/main.ts', 'cjs'),
    bundleForMachine('packages/plugin-nix-update/src/index.ts'),
  ]);
  const bin = readFileSync(join(repositoryRoot, 'examples/cli/bin.js'), 'utf8');
  const manifest = JSON.stringify({ name: 'rota', version: '0.0.0', type: 'module' });
  const pluginManifest = JSON.stringify({ name: '@rota/plugin-nix-update', type: 'module', exports: './index.js' });
  const packageFolder = '/opt/rota/node_modules/@rota/plugin-nix-update';
  const files = {
    '/opt/rota/package.json': manifest,
    '/opt/rota/bin.js': bin,
    '/opt/rota/dist/main.js': command,
    '/opt/rota/dist/rota-run.cjs': runner,
    [`${packageFolder}/package.json`]: pluginManifest,
    [`${packageFolder}/index.js`]: plugin,
    '/usr/local/bin/rota': '#!/bin/sh\nexec node /opt/rota/bin.js "$@"\n',
  };
  for (const [path, input] of Object.entries(files))
    await machine.output('sh', ['-ec', 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod 755 "$1"', 'sh', path], { input });
}
