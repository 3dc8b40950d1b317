import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { attemptDeclaration, createHost, type PluginCommandGroup } from '@rota/core';
import { chezmoiJj } from '@rota/plugin-chezmoi-jj';
import { nixUpdate } from '@rota/plugin-nix-update';
import { temporaryFolder } from '@rota/test-support';

/** A config with the plugins that come with Rota; of the process that reads it. */
export function configWithOwnPlugins(): string {
  Object.assign(globalThis, { [Symbol.for('rota.test.plugins')]: [chezmoiJj({}), nixUpdate({ flakePath: '/etc/nixos' })] });
  return "export default { tenant: 'a', plugins: globalThis[Symbol.for('rota.test.plugins')], jobs: [{ name: 'x', on: 'boot', command: 'x' }] };\n";
}

/** The commands that they add, as a config gets them. */
export async function ownPluginGroups(): Promise<readonly PluginCommandGroup[]> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'jobs.config.mjs'), configWithOwnPlugins());
  const { plugins } = await attemptDeclaration(createHost({ env: { HOME: folder } }), { cwd: folder });
  return plugins.flatMap(({ commands }) => commands);
}
