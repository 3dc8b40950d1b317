import type { Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { LoadedPlugin } from './plugin.ts';

/** An installed job would be asked of the wrong one of two. @throws ROTA_USAGE, or ROTA_PLUGIN_INVALID where a plugin adds the second one */
export function checkBackendNames(backends: readonly Backend[], plugins: readonly LoadedPlugin[]): void {
  const names = new Set<string>();
  for (const { name } of backends) {
    if (names.has(name)) throw twoOfOneName(name);
    names.add(name);
  }
  for (const plugin of plugins) {
    for (const { name } of plugin.backends) {
      if (names.has(name)) throw takenByPlugin(plugin, name);
      names.add(name);
    }
  }
}

function twoOfOneName(name: string): RotaError {
  return new RotaError('ROTA_USAGE', `\`backends\` holds two of the name "${name}".`, {
    suggestions: ['Name each backend once; a backend of another kind needs a name of its own.'],
  });
}

function takenByPlugin(plugin: LoadedPlugin, name: string): RotaError {
  return new RotaError(
    'ROTA_PLUGIN_INVALID',
    `The plugin "${plugin.name}" adds a backend "${name}", and there is one of that name.`,
    {
      suggestions: ['Give the backend of the plugin another name.'],
    },
  );
}
