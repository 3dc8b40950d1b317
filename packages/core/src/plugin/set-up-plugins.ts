import type { Issue } from '../errors/issue.ts';
import { isRotaError } from '../errors/rota-error.ts';
import { collectContributions } from './collect-contributions.ts';
import { type LoadedPlugin, type Plugin, type PluginApi, type PluginPlace, pluginApiVersion } from './plugin.ts';

/** What stands in `plugins` of a config, and in which file. */
export interface PluginSource {
  readonly entry: unknown;
  readonly file: string;
  /** Where in that file: `plugins[0]`. @default not told */
  readonly at?: string;
}

/** A job that a plugin adds, not looked at yet. */
export interface PluginJob {
  readonly value: unknown;
  readonly plugin: string;
  readonly file: string;
}

export interface PluginSetup {
  readonly plugins: readonly LoadedPlugin[];
  readonly jobs: readonly PluginJob[];
  readonly issues: readonly Issue[];
}

/** Sets up plugins one after the other, in the order of the config. A plugin that fails is an issue that names it. */
export async function setUpPlugins(sources: readonly PluginSource[], place: Omit<PluginPlace, 'config'>): Promise<PluginSetup> {
  const plugins: LoadedPlugin[] = [];
  const jobs: PluginJob[] = [];
  const issues: Issue[] = [];
  for (const { entry, file, at } of sources.flatMap(flatten)) {
    const refuse = (message: string): void => void issues.push({ code: 'ROTA_PLUGIN_INVALID', severity: 'error', message, file });
    const problem = shapeProblem(entry);
    if (problem !== undefined) {
      refuse(problem);
      continue;
    }
    const plugin = entry as Plugin;
    if (plugins.some(({ name }) => name === plugin.name)) {
      refuse(`The plugin "${plugin.name}" stands twice in \`plugins\`.`);
      continue;
    }
    try {
      const collecting = collectContributions(plugin.name, { ...place, config: file }, plugins);
      await plugin.setup(refusingUnknown(collecting.api, plugin.name));
      plugins.push(collecting.plugin);
      jobs.push(...collecting.jobs.map((value) => ({ value, plugin: plugin.name, file })));
    } catch (error) {
      if (isRotaError(error) && error.issues.length > 0)
        issues.push(...error.issues.map((issue) => ({ ...issue, file: issue.file ?? file })));
      else refuse(setupFailure(plugin.name, at, error));
    }
  }
  return { plugins, jobs, issues };
}

function flatten({ entry, file, at = 'plugins' }: PluginSource): readonly PluginSource[] {
  if (Array.isArray(entry))
    return entry.flatMap((inner: unknown, index) => flatten({ entry: inner, file, at: `${at}[${index}]` }));
  return entry === false || entry === null || entry === undefined ? [] : [{ entry, file, at }];
}

/** Which plugin, where it stands, what it said, and the way out: what it says itself, or what always works. */
function setupFailure(name: string, at: string | undefined, error: unknown): string {
  const said = (error instanceof Error ? error.message : String(error)).trim() || 'it said nothing';
  const own = isRotaError(error) ? error.suggestions : [];
  const remedies =
    own.length > 0 ? own : [`Look at the options that it is given there, or take it out of \`plugins\` until it is mended.`];
  const place = at === undefined ? '' : `, \`${at}\` of the config,`;
  return `The plugin "${name}"${place} failed: ${/[.!?]$/.test(said) ? said : `${said}.`} ${remedies.join(' ')}`;
}

function shapeProblem(entry: unknown): string | undefined {
  if (typeof entry === 'function')
    return 'A plugin is given as a function. Call it, with its options: `plugins: [name({ ... })]`.';
  if (typeof entry !== 'object' || entry === null)
    return `\`plugins\` holds ${String(entry)}, which is no plugin. Import the plugin's function, and call it there with its options: \`plugins: [name({ ... })]\`.`;
  if (!('name' in entry) || typeof entry.name !== 'string' || entry.name === '') return 'A plugin in `plugins` has no `name`.';
  if (!('apiVersion' in entry) || entry.apiVersion !== pluginApiVersion) {
    const version = 'apiVersion' in entry ? String(entry.apiVersion) : 'none';
    return `The plugin "${entry.name}" is written for version ${version} of the plugin contract; this Rota speaks ${pluginApiVersion}. Update the one that is older.`;
  }
  return 'setup' in entry && typeof entry.setup === 'function'
    ? undefined
    : `The plugin "${entry.name}" has no function \`setup\`.`;
}

/** A part of the contract that is not built is refused by its name, not as "undefined is not a function". */
function refusingUnknown(api: PluginApi, plugin: string): PluginApi {
  return new Proxy(api, {
    get(target, key) {
      if (key in target) return Reflect.get(target, key);
      throw new Error(
        `\`api.${String(key)}\` is not available to plugins in this version ("${plugin}"). Available: ${Object.keys(target).join(', ')}.`,
      );
    },
  });
}
