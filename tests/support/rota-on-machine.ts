import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleForMachine } from './bundle-for-machine.ts';
import { repositoryRoot } from './repository-root.ts';
import type { TestMachine } from './test-machine.ts';

/** What is installed, as one file each. */
export interface RotaParts {
  readonly command: string;
  readonly runner: string;
  readonly plugins: readonly Plugin[];
}

/** The folder of a plugin in `packages`, and its files. */
interface Plugin {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

/** Bundles what `installRota` needs, once for all machines. `plugins` are folders in `packages`. */
export async function bundleRota(...plugins: readonly string[]): Promise<RotaParts> {
  const [command, runner, bundled] = await Promise.all([
    bundleForMachine('examples/cli/src/main.ts'),
    bundleForMachine('packages/core/src/run/main.ts', 'cjs'),
    Promise.all(plugins.map(bundlePlugin)),
  ]);
  return { command, runner, plugins: bundled };
}

async function bundlePlugin(name: string): Promise<Plugin> {
  const code = await bundleForMachine(`packages/${name}/src/index.ts`);
  // Beside the bundle a plugin may ship modules that are plain JavaScript.
  const source = join(repositoryRoot, 'packages', name, 'src');
  const plain = readdirSync(source).filter((file) => file.endsWith('.js'));
  const files = Object.fromEntries(plain.map((file) => [file, readFileSync(join(source, file), 'utf8')]));
  return { name, files: { ...files, 'index.js': code } };
}

/** Puts the command `rota` and its plugins onto a machine, as their packages would be, from the sources as they are. */
export async function installRota(machine: TestMachine, { command, runner, plugins }: RotaParts): Promise<void> {
  const files = {
    '/opt/rota/package.json': JSON.stringify({ name: 'rota', version: '0.0.0', type: 'module' }),
    '/opt/rota/bin.js': readFileSync(join(repositoryRoot, 'examples/cli/bin.js'), 'utf8'),
    '/opt/rota/dist/main.js': command,
    '/opt/rota/dist/rota-run.cjs': runner,
    ...Object.fromEntries(plugins.flatMap(pluginFiles)),
    '/usr/local/bin/rota': '#!/bin/sh\nexec node /opt/rota/bin.js "$@"\n',
  };
  for (const [path, input] of Object.entries(files))
    await machine.output('sh', ['-ec', 'mkdir -p "$(dirname "$1")"; cat >"$1"; chmod 755 "$1"', 'sh', path], { input });
}

function pluginFiles({ name, files }: Plugin): readonly (readonly [string, string])[] {
  const folder = `/opt/rota/node_modules/@rota/${name}`;
  const manifest = JSON.stringify({ name: `@rota/${name}`, type: 'module', exports: './index.js' });
  return [
    [`${folder}/package.json`, manifest],
    ...Object.entries(files).map(([file, text]) => [`${folder}/${file}`, text] as const),
  ];
}
