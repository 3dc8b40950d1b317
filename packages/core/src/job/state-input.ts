import type { InferInput } from 'valibot';
import type { stateSchema } from './schema/state-schema.ts';

/** Every list and map of T may be read-only, so that `as const` values are accepted. */
type Readonlyable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Readonlyable<T[K]> };

/**
 * `spec.state` of a manifest: what a service remembers, and how it is captured, kept and put back.
 *
 * @interface
 */
export type StateInput = Readonlyable<InferInput<typeof stateSchema>>;
