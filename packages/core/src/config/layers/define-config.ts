import type { InferInput } from 'valibot';
import type { JobInput } from '../../job/job-input.ts';
import type { Plugin } from '../../plugin/plugin.ts';
import type { TargetInput } from '../../target/target-input.ts';
import type { configSchema } from './config-schema.ts';

type Readonlyable<T> = T extends string | number | boolean | null | undefined | unknown[]
  ? T extends (infer E)[]
    ? readonly Readonlyable<E>[]
    : T
  : { readonly [K in keyof T]: Readonlyable<T[K]> };

/** A plugin, nothing, or a list of such: presets are lists, conditions may leave `false`. */
export type PluginEntry = Plugin | false | null | undefined | readonly PluginEntry[];

/**
 * What a config says. Every field is optional; a config that declares no job at all is refused when it is loaded.
 *
 * @interface
 */
export type Config = Readonlyable<Omit<InferInput<typeof configSchema>, 'jobs' | 'plugins' | 'targets'>> & {
  /** Jobs, made by `defineJob` or written in place. */
  readonly jobs?: readonly JobInput[] | undefined;
  /** Services that the repository builds and deploys, made by `defineTarget` or written in place. */
  readonly targets?: readonly TargetInput[] | undefined;
  /** Plugins; nested lists are flattened, falsy entries ignored. */
  readonly plugins?: readonly PluginEntry[] | undefined;
};

/** What a config function is told. */
export interface ConfigEnvironment {
  /** The command of Rota that loads the config: `plan`, `apply`, `validate`, ... */
  readonly command: string;
  /** `ROTA_MODE`, for configs that differ between, say, staging and production. @default 'production' */
  readonly mode: string;
  /** Short name of the host that the config is read for. */
  readonly hostname: string;
  /** Labels of the host, from its host file. */
  readonly labels: Readonly<Record<string, string>>;
  /** From the host file; `undefined` where it names none. */
  readonly role: string | undefined;
}

/** A config that depends on the host or the mode. Called once each time the config is loaded; a promise is awaited. */
export type ConfigFunction = (environment: ConfigEnvironment) => Config | Promise<Config>;

/**
 * Declares a config, with types and completion. Returns what it was given; values are checked when the config is loaded.
 *
 * @example
 * export default defineConfig({ tenant: 'acme', jobs: [defineJob({ name: 'backup', schedule: '0 2 * * *', command: 'backup' })] })
 */
export function defineConfig(config: Promise<Config>): Promise<Config>;
export function defineConfig(config: ConfigFunction): ConfigFunction;
// Last, because the compiler speaks of the last one when nothing fits.
export function defineConfig(config: Config): Config;
export function defineConfig(config: Config | Promise<Config> | ConfigFunction): Config | Promise<Config> | ConfigFunction {
  return config;
}
