import * as v from 'valibot';
import { manifestSchema, metadataSchema } from '../../job/schema/manifest-schema.ts';
import { checkinDefaultsSchema } from '../../job/schema/report-schema.ts';
import {
  jobReferenceSchema,
  nameSchema,
  oneOrMore,
  stringMapSchema,
  textListSchema,
  textSchema,
} from '../../job/schema/schema-parts.ts';
import { specSchema } from '../../job/schema/spec-schema.ts';
import { targetSchema } from '../../target/target-schema.ts';

const layerSchema = v.union(
  [textSchema, v.strictObject({ file: textSchema, optional: v.optional(v.boolean()) })],
  'the path of a config, or {file, optional}',
);

const movedNameSchema = v.pipe(
  v.string(),
  v.regex(/^[a-z0-9]([-a-z0-9]*[a-z0-9])?\/[a-z0-9]([-a-z0-9]*[a-z0-9])?$/, 'tenant/name'),
);

/** A config. Jobs and plugins are looked at one by one, each with its own messages. */
export const configSchema = v.pipe(
  v.strictObject({
    $schema: v.optional(v.string()),
    namespace: v.optional(
      v.pipe(nameSchema, v.description('Scopes state, generations, names of entries and pruning. Default "default".')),
    ),
    tenant: v.optional(v.pipe(nameSchema, v.description('Tenant of jobs that name none.'))),
    jobs: v.optional(
      v.pipe(v.array(v.unknown()), v.description('Jobs, with the fields of metadata and spec side by side or as manifests.')),
    ),
    manifests: v.optional(
      v.pipe(
        oneOrMore(textSchema, 'a path or glob, or a list of them'),
        v.description('Files, folders or globs (`*`, `**`, `?`, `{a,b}`) of YAML manifests, relative to the config.'),
      ),
    ),
    backend: v.optional(v.pipe(textSchema, v.description('Where jobs are installed. Default: the best that the machine has.'))),
    policy: v.optional(
      v.pipe(
        v.strictObject({
          backends: textListSchema,
          exceptions: v.optional(v.array(v.strictObject({ job: jobReferenceSchema, reason: textSchema }))),
        }),
        v.description('Limits the backends that jobs may use.'),
      ),
    ),
    hosts: v.optional(
      v.pipe(
        v.array(
          v.strictObject({
            name: v.pipe(
              textSchema,
              v.description('As the host calls itself: `hostname` of its host file, else its short name.'),
            ),
            labels: v.optional(
              v.pipe(stringMapSchema, v.description('Labels that the host has beside those of its host file, which win.')),
            ),
            address: v.optional(
              v.pipe(
                textSchema,
                v.description('Where ssh reaches it, as [USER@]HOST, for `rota bundle migrate`. Default: its name.'),
              ),
            ),
            ring: v.optional(
              v.pipe(textSchema, v.description('Its label `ring`, unless it has one: in which ring it takes updates.')),
            ),
          }),
        ),
        v.description('The inventory: every machine of the fleet.'),
      ),
    ),
    plugins: v.optional(
      v.pipe(v.array(v.unknown()), v.description('Plugins; nested lists are flattened, `false` and `null` are left out.')),
    ),
    targets: v.optional(
      v.pipe(v.array(v.unknown()), v.description('Services that the repository builds and deploys, for `rota targets`.')),
    ),
    checkin: v.optional(checkinDefaultsSchema),
    removals: v.optional(
      v.pipe(
        v.strictObject({ maxShare: v.pipe(v.number(), v.minValue(0, 'from 0 to 1'), v.maxValue(1, 'from 0 to 1')) }),
        v.description('How many of the installed jobs one apply may remove unasked, as a share from 0 to 1.'),
      ),
    ),
    moved: v.optional(
      v.pipe(
        v.array(v.strictObject({ from: movedNameSchema, to: movedNameSchema })),
        v.description('Jobs that got another name or tenant: they keep their history, and nothing is installed twice.'),
      ),
    ),
    extends: v.optional(
      v.pipe(
        v.union([layerSchema, v.array(layerSchema)], 'the path of a config, or a list of them'),
        v.description(
          'Configs that come first, relative to this one; `{role}` and `{hostname}` stand for what the host file says.',
        ),
      ),
    ),
  }),
  v.title('Rota config'),
  v.description('What a host or a fleet runs, and where it is declared.'),
);

/** The same for a config in YAML or JSON, where jobs can be described and plugins cannot stand. For editors; loading uses {@link configSchema}. */
export const configFileSchema = v.pipe(
  v.strictObject({
    ...configSchema.pipe[0].entries,
    jobs: v.optional(
      v.pipe(
        v.array(v.union([manifestSchema, v.strictObject({ ...metadataSchema.entries, ...specSchema.entries })])),
        v.description('Jobs, with the fields of metadata and spec side by side or as manifests.'),
      ),
    ),
    targets: v.optional(
      v.pipe(v.array(targetSchema), v.description('Services that the repository builds and deploys, for `rota targets`.')),
    ),
    plugins: v.optional(
      v.pipe(
        v.array(v.null()),
        v.maxLength(0),
        v.description('Plugins are code: they need a config in TypeScript or JavaScript.'),
      ),
    ),
  }),
  v.title('Rota config'),
  v.description('What a host or a fleet runs, and where it is declared.'),
);
