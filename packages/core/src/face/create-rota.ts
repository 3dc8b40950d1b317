import type { Backend } from '../backend/backend.ts';
import { createHost } from '../host/create-host.ts';
import type { Host } from '../host/host.ts';
import { checkBackendNames } from '../plugin/check-backend-names.ts';
import type { LoadedPlugin } from '../plugin/plugin.ts';
import type { CommandPlace } from '../run/launch/install-command.ts';
import { createEvents } from '../state/events.ts';
import type { Rota } from './rota.ts';
import type { RotaMethods } from './rota-methods.ts';

/** What a Rota works on. */
export interface CreateRotaOptions {
  /** @default this machine and user */
  readonly host?: Host;
  /** Those that may be used; the best that is available here is chosen at the first apply, and recorded. */
  readonly backends: readonly Backend[];
  /** Of the declaration: their backends are added, their hooks and listeners are called. @default none */
  readonly plugins?: readonly LoadedPlugin[];
  /** @default `default` */
  readonly namespace?: string;
  /**
   * The command line of Rota that the daily maintenance job is to start. A program without one calls `maintain` itself, once a day.
   * @default none: no maintenance job is installed
   */
  readonly command?: CommandPlace;
}

/**
 * Rota for one namespace on one host. Reads nothing and changes nothing until a method is called.
 *
 * @throws ROTA_USAGE where two of `backends` have one name, ROTA_PLUGIN_INVALID where that of a plugin has the name of another one: an installed job would
 * be asked of the wrong one
 */
export function createRota(options: CreateRotaOptions): Rota {
  const plugins = options.plugins ?? [];
  checkBackendNames(options.backends, plugins);
  const parts = {
    host: options.host ?? createHost(),
    namespace: options.namespace ?? 'default',
    backends: [...options.backends, ...plugins.flatMap(({ backends }) => backends)],
    events: createEvents(),
  };
  for (const plugin of plugins) plugin.attach(parts.events);
  let loading: Promise<RotaMethods> | undefined;
  const methods = (): Promise<RotaMethods> => {
    loading ??= import('./on-demand/bodies.ts').then(({ rotaMethods }) =>
      rotaMethods({ ...parts, plugins, command: options.command }),
    );
    return loading;
  };
  return {
    ...parts,
    plan: async (...input) => (await methods()).plan(...input),
    render: async (...input) => (await methods()).render(...input),
    apply: async (...input) => (await methods()).apply(...input),
    destroy: async (...input) => (await methods()).destroy(...input),
    rollback: async (...input) => (await methods()).rollback(...input),
    generations: async () => (await methods()).generations(),
    status: async (...input) => (await methods()).status(...input),
    history: async (...input) => (await methods()).history(...input),
    run: async (...input) => (await methods()).run(...input),
    waitForRun: async (...input) => (await methods()).waitForRun(...input),
    watch: async (...input) => (await methods()).watch(...input),
    tell: async (...input) => (await methods()).tell(...input),
    told: async () => (await methods()).told(),
    logs: async (...input) => (await methods()).logs(...input),
    async *followLogs(...input) {
      yield* (await methods()).followLogs(...input);
    },
    find: async (...input) => (await methods()).find(...input),
    findings: async () => (await methods()).findings(),
    report: async (...input) => (await methods()).report(...input),
  };
}
