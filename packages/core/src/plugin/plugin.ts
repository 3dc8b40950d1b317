import type { Backend } from '../backend/backend.ts';
import type { JobInput } from '../job/job-input.ts';
import type { RotaEvent, RotaEventMap, RotaEvents } from '../state/events.ts';

/** The version of the plugin contract that this core speaks. */
export const pluginApiVersion = 1;

/** What a plugin may do while it is set up. Everything that it adds is part of the declaration, as if the config had said it. */
export interface PluginApi {
  /** Jobs, in the shape of `defineJob` or of a manifest. A problem in one is reported under the plugin's name. */
  addJobs(jobs: readonly JobInput[]): void;
  /** A backend that `--backend NAME`, `backend:` of the config and of a job can name. */
  addBackend(backend: Backend): void;
  /** Listens to an event of Rota, such as `apply:change`. What a listener throws never stops an apply. */
  on<E extends RotaEvent>(event: E, listener: (payload: RotaEventMap[E]) => void | Promise<void>): void;
}

/** An extension of Rota: a function that takes options and returns this. */
export interface Plugin {
  /** Used in messages; unique within a config. */
  readonly name: string;
  readonly apiVersion: typeof pluginApiVersion;
  /**
   * Called once each time a declaration is loaded, before its jobs are read. What it throws is reported under the plugin's name.
   */
  setup(api: PluginApi): void | Promise<void>;
}

/** What a plugin brought in. */
export interface LoadedPlugin {
  readonly name: string;
  readonly backends: readonly Backend[];
  /** Connects the listeners of the plugin to the events of a Rota instance. */
  readonly attach: (events: RotaEvents) => void;
}
