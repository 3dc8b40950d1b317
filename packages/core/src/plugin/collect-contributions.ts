import { existsSync } from 'node:fs';
import { isAbsolute } from 'node:path';
import { fileURLToPath } from 'node:url';
import { nearest } from '../errors/nearest.ts';
import { eventNames } from '../state/events.ts';
import { stateLayout } from '../state/layout.ts';
import { checkBackend } from './check-backend.ts';
import { checkCommandGroup } from './check-command-group.ts';
import type { HookListener, RotaHook } from './hooks.ts';
import type { LoadedPlugin, PluginApi, PluginPlace } from './plugin.ts';

/** The api of one plugin, and what it has collected so far. What it refuses it throws, with what would work. */
export interface Collecting {
  readonly api: PluginApi;
  /** Jobs, not looked at yet. */
  readonly jobs: readonly unknown[];
  readonly plugin: LoadedPlugin;
}

/** The hooks are known at run time too, so that a misspelt one is refused and not forgotten. */
function noHooks(): { readonly [H in RotaHook]: HookListener<H>[] } {
  return {
    'before:apply': [],
    'after:apply': [],
    'before:rollback': [],
    'after:rollback': [],
    'before:destroy': [],
    'after:destroy': [],
  };
}

/** Collects what one plugin adds. `earlier` are the plugins before it, whose names are taken. */
export function collectContributions(name: string, place: PluginPlace, earlier: readonly LoadedPlugin[]): Collecting {
  const jobs: unknown[] = [];
  const backends: LoadedPlugin['backends'][number][] = [];
  const commands: LoadedPlugin['commands'][number][] = [];
  const alertChannels: LoadedPlugin['alertChannels'][number][] = [];
  const targets: LoadedPlugin['targets'][number][] = [];
  const deployers: Record<string, LoadedPlugin['deployers'][string]> = {};
  const bundleStores: Record<string, LoadedPlugin['bundleStores'][string]> = {};
  const status: LoadedPlugin['status'][number][] = [];
  const attachments: LoadedPlugin['attach'][] = [];
  const hooks = noHooks();
  const plugin: LoadedPlugin = {
    name,
    backends,
    commands,
    alertChannels,
    targets,
    deployers,
    bundleStores,
    hooks,
    status,
    attach: (events) => attachments.forEach((attach) => void attach(events)),
  };
  /** A name that two plugins claim would mean whichever came last. */
  const claim = (what: string, claimed: string, of: (plugin: LoadedPlugin) => readonly string[]): void => {
    const owner = [...earlier, plugin].find((one) => of(one).includes(claimed));
    if (owner !== undefined) throw new Error(`${what} "${claimed}" is there already; the plugin "${owner.name}" adds it.`);
  };
  const api: PluginApi = {
    place,
    addJobs: (added) => void jobs.push(...added),
    rotaCommand: (words) => ({
      command: commandPath(place),
      args: [...words, '--config', place.config, '--namespace', place.namespace, '--state-dir', place.host.stateDir],
    }),
    addBackend(backend) {
      checkBackend(backend);
      claim('The backend', backend.name, (one) => one.backends.map((other) => other.name));
      backends.push(backend);
    },
    addCommands(group) {
      checkCommandGroup(group);
      for (const word of wordsOf(group)) claim('The command', word, (one) => one.commands.flatMap(wordsOf));
      commands.push(group);
    },
    addAlertChannel(channel) {
      claim('The alert channel', channel.name, (one) => one.alertChannels.map((other) => other.name));
      alertChannels.push({ ...channel, module: modulePath(channel.name, channel.module) });
    },
    addTargets: (added) => void targets.push(...added),
    addDeployer(mode, deployer) {
      claim('The deployer', mode, (one) => Object.keys(one.deployers));
      deployers[mode] = deployer;
    },
    addBundleStore(kind, open) {
      claim('The bundle store', kind, (one) => Object.keys(one.bundleStores));
      bundleStores[kind] = open;
    },
    onHook(hook, listener) {
      checkName('hook', hook, Object.keys(hooks));
      hooks[hook].push(listener);
    },
    on(event, listener) {
      checkName('event', event, eventNames);
      attachments.push((events) => void events.on(event, listener));
    },
    addStatus: (read) => void status.push(read),
  };
  return { api, jobs, plugin };
}

/** What is misspelt would be waited for in vain. */
function checkName(kind: string, name: string, known: readonly string[]): void {
  if (known.includes(name)) return;
  const near = nearest(name, known);
  throw new Error(
    `there is no ${kind} "${name}"${near === undefined ? `; there are: ${known.join(', ')}` : `; did you mean "${near}"?`}`,
  );
}

function wordsOf({ name, aliases = [] }: LoadedPlugin['commands'][number]): readonly string[] {
  return [name, ...aliases];
}

function commandPath({ host }: PluginPlace): string {
  const { command } = stateLayout(host.stateDir);
  return host.platform === 'win32' ? `${command}.cmd` : command;
}

/** The runner is plain Node, in another folder and at another time. */
function modulePath(channel: string, module: URL | string): string {
  const path = module instanceof URL || module.startsWith('file:') ? fileURLToPath(module) : module;
  const problem = !isAbsolute(path)
    ? 'is not an absolute path'
    : !/\.[cm]?js$/.test(path)
      ? 'is not JavaScript'
      : existsSync(path)
        ? undefined
        : 'does not exist';
  if (problem !== undefined) throw new Error(`the module ${path} of the alert channel "${channel}" ${problem}.`);
  return path;
}
