import { RotaError } from '../errors/rota-error.ts';
import type { Plugin, PluginApi } from './plugin.ts';

/** A schema of any library that speaks Standard Schema 1 (valibot, zod, arktype, ...). Source: standardschema.dev */
export interface OptionsSchema<Input, Output> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    /** Checks a value and returns it as the schema means it, or says what is wrong. Standard Schema lets it be asynchronous. */
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** The answer of a schema: a value, or the reasons why there is none. Source: standardschema.dev */
export type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | {
      readonly issues: readonly {
        readonly message: string;
        readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
      }[];
    };

/** How a plugin with options is written. */
export interface PluginDefinition<Input, Output> {
  readonly name: string;
  readonly apiVersion: Plugin['apiVersion'];
  /** Checks the options when the plugin is set up. */
  readonly options: OptionsSchema<Input, Output>;
  /** As {@link Plugin.setup}, with the options as the schema returned them: defaults filled in, values converted. */
  setup(api: PluginApi, options: Output): void | Promise<void>;
}

/**
 * Declares a plugin without options: answers it as it is, with its type checked.
 *
 * With `options`, a schema, it answers the function that a config calls: `plugins: [name({ ... })]`. Options that the schema refuses
 * become problems of the declaration that name the plugin and the option.
 */
export function definePlugin<Input, Output>(definition: PluginDefinition<Input, Output>): (options: Input) => Plugin;
export function definePlugin(plugin: Plugin): Plugin;
export function definePlugin<Input, Output>(
  definition: Plugin | PluginDefinition<Input, Output>,
): Plugin | ((options: Input) => Plugin) {
  if (!('options' in definition)) return definition;
  const { name, apiVersion, options: schema } = definition;
  return (options) => ({
    name,
    apiVersion,
    setup: async (api) => definition.setup(api, await validOptions(name, schema, options)),
  });
}

async function validOptions<Output>(name: string, schema: OptionsSchema<unknown, Output>, options: unknown): Promise<Output> {
  const result = await schema['~standard'].validate(options ?? {});
  if (result.issues === undefined) return result.value;
  const issues = result.issues.map(({ message, path }) => {
    const option = (path ?? []).map((step) => String(typeof step === 'object' ? step.key : step)).join('.');
    const subject = option === '' ? 'the options' : `the option \`${option}\``;
    return { code: 'ROTA_PLUGIN_INVALID', severity: 'error', message: `Plugin "${name}", ${subject}: ${message}` } as const;
  });
  throw new RotaError('ROTA_PLUGIN_INVALID', issues[0]?.message ?? `Plugin "${name}" refuses its options.`, { issues });
}
