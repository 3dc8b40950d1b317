import type { InferInput } from 'valibot';
import type { targetSchema } from './target-schema.ts';

/** Every list and map of T may be read-only, so that `as const` values are accepted. */
type Readonlyable<T> = unknown extends T
  ? T
  : T extends string | number | boolean | null | undefined
    ? T
    : { readonly [K in keyof T]: Readonlyable<T[K]> };

/**
 * A target as a config declares it.
 *
 * @interface
 */
export type TargetInput = Readonlyable<InferInput<typeof targetSchema>>;
