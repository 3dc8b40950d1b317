import type { InferInput, InferOutput } from 'valibot';
import type { CronParserExpression } from '../schedule/cron/from-cron-parser.ts';
import type { manifestSchema, metadataSchema } from './schema/manifest-schema.ts';
import type { specSchema } from './schema/spec-schema.ts';

/** Every list and map of T may be read-only, so that `as const` values are accepted. */
type Readonlyable<T> = T extends string | number | boolean | null | undefined
  ? T
  : { readonly [K in keyof T]: Readonlyable<T[K]> };

type Spec = Readonlyable<InferInput<typeof specSchema>>;

/**
 * `metadata` of a manifest: name, tenant, labels, annotations.
 *
 * @interface
 */
export type JobMetadata = Readonlyable<InferInput<typeof metadataSchema>>;

/**
 * `spec` of a manifest; in TypeScript `schedule` may also be a parsed expression of cron-parser.
 *
 * @interface
 */
export type JobSpec = Omit<Spec, 'schedule'> & { readonly schedule?: string | CronParserExpression | undefined };

/** A job in the shape of a manifest. */
export interface JobManifest {
  /** For editors. */
  readonly $schema?: string | undefined;
  readonly apiVersion: 'v1';
  readonly kind: 'Job';
  readonly metadata: JobMetadata;
  readonly spec: JobSpec;
}

/** A job with the fields of `metadata` and `spec` side by side. */
export interface FlatJob extends JobMetadata, JobSpec {}

/** What `defineJob` takes. */
export type JobInput = FlatJob | JobManifest;

/** A manifest that the schema has accepted. */
export type ValidManifest = InferOutput<typeof manifestSchema>;
