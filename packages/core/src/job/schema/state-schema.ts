import * as v from 'valibot';
import { commandSchema, durationSchema, nameSchema, textListSchema, textSchema } from './schema-parts.ts';

const patterns = (description: string) => v.optional(v.pipe(textListSchema, v.description(description)));
const argv = (description: string) => v.pipe(commandSchema, v.description(description));
const flag = (description: string) => v.optional(v.pipe(v.boolean(), v.description(description)));
const count = (description: string) =>
  v.optional(
    v.pipe(
      v.number(),
      v.integer('a whole number'),
      v.minValue(0, 'from 0 to 10000'),
      v.maxValue(10_000, 'from 0 to 10000'),
      v.description(description),
    ),
  );

const rootSchema = v.strictObject({
  name: v.pipe(nameSchema, v.description('Name of the root in the bundle; a restore may put it elsewhere by this name.')),
  path: v.pipe(textSchema, v.description('Absolute path of a folder or a file.')),
  exclude: patterns(
    'Paths below the root that are left out: `*` within a name, `**` across folders; a folder takes all below it.',
  ),
  required: flag('false: a root that does not exist is noted, not an error. Default true.'),
  recomputable: v.optional(
    v.pipe(
      v.array(
        v.strictObject({
          path: v.pipe(textSchema, v.description('Pattern below the root.')),
          how: v.pipe(textSchema, v.description('How it is made again, in words or as a command.')),
        }),
      ),
      v.description('What can be made again, and how; it is left out.'),
    ),
  ),
  links: v.optional(
    v.pipe(
      v.picklist(['keep', 'refuse']),
      v.description('Symbolic links that lead out of the root are kept as they are, or refused. Default refuse.'),
    ),
  ),
});

const sqliteSchema = v.strictObject({
  kind: v.literal('sqlite'),
  name: nameSchema,
  path: v.pipe(
    textSchema,
    v.description('Absolute path of the database, inside one of the roots. It may be written to meanwhile.'),
  ),
});

const commandDatabaseSchema = v.strictObject({
  kind: v.literal('command'),
  name: nameSchema,
  dump: argv('Writes the dump to its standard output.'),
  restore: v.optional(argv('Reads the dump from its standard input, after the roots are in place.')),
  verify: v.optional(argv('Reads the dump from its standard input and fails when it is not good.')),
});

const serviceSchema = v.union(
  [
    v.strictObject({
      unit: v.pipe(textSchema, v.description('A systemd unit.')),
      scope: v.optional(v.pipe(v.picklist(['user', 'system']), v.description('Whose manager has it. Default user.'))),
    }),
    v.strictObject({
      name: nameSchema,
      running: argv('Ends with 0 while the service runs.'),
      stop: argv('Stops it, and waits until it has stopped.'),
      start: argv('Starts it.'),
    }),
  ],
  '{unit, scope?}, or {name, running, stop, start}',
);

const identitySchema = v.strictObject({
  path: v.pipe(textSchema, v.description('Absolute path or pattern of what makes this host or service the one that it is.')),
  policy: v.pipe(
    v.picklist(['preserve', 'reissue', 'exclude', 'prompt']),
    v.description(
      'preserve: kept; reissue: left out and made again by the hook `reissue`; exclude: left out; prompt: kept, and a restore asks.',
    ),
  ),
  plaintext: flag('true: a preserved secret may stand in a bundle that is not encrypted. Default false.'),
});

const stateHooks = v.strictObject({
  beforeCapture: v.optional(v.array(argv('Before anything is stopped; a failing one fails the capture.'))),
  afterCapture: v.optional(v.array(argv('At the end, whatever the outcome; it gets ROTA_BUNDLE_OUTCOME.'))),
  beforeRestore: v.optional(v.array(argv('Before anything is stopped; a failing one fails the restore.'))),
  afterRestore: v.optional(v.array(argv('At the end of a restore, whatever the outcome.'))),
  reissue: v.optional(v.array(argv('Makes left-out identities again, before the service starts.'))),
  verify: v.optional(
    v.array(argv('Checks a restored tree: verification level 3. ROTA_ROOT_NAME holds the folder of the root NAME.')),
  ),
  health: v.optional(v.array(argv('Ends with 0 when the service works; tried again until `healthTimeout`.'))),
  drill: v.optional(
    v.array(argv('Starts and checks the service against the scratch folders in ROTA_ROOT_NAME: verification level 4.')),
  ),
});

const retentionSchema = v.strictObject({
  last: count('The newest so many are kept. Default 3.'),
  daily: count('The newest of each of so many days.'),
  weekly: count('The newest of each of so many weeks.'),
  monthly: count('The newest of each of so many months.'),
  yearly: count('The newest of each of so many years.'),
  within: v.optional(
    v.pipe(durationSchema, v.description('All that were made within this time before the newest complete one.')),
  ),
});

/** `spec.state`: what a service remembers, and how it is captured, kept and put back. */
export const stateSchema = v.pipe(
  v.strictObject({
    roots: v.pipe(v.array(rootSchema), v.minLength(1, 'at least one root'), v.description('Folders and files, by name.')),
    databases: v.optional(
      v.pipe(
        v.array(v.variant('kind', [sqliteSchema, commandDatabaseSchema], '{kind: sqlite, ...} or {kind: command, ...}')),
        v.description('Databases, captured consistently while they are written to.'),
      ),
    ),
    stop: v.optional(v.pipe(v.array(serviceSchema), v.description('Stopped during a capture and a restore, if it runs.'))),
    quiesce: v.optional(
      v.pipe(
        v.array(
          v.strictObject({ name: nameSchema, freeze: argv('Makes the service hold still.'), thaw: argv('Lets it go on.') }),
        ),
        v.description('Frozen during a capture instead of stopped.'),
      ),
    ),
    identity: v.optional(v.pipe(v.array(identitySchema), v.description('Keys, tokens and ids, and what becomes of them.'))),
    hooks: v.optional(v.pipe(stateHooks, v.description('Commands around captures and restores; no shell.'))),
    hookTimeout: v.optional(v.pipe(durationSchema, v.description('Of each hook. Default 60s.'))),
    healthTimeout: v.optional(v.pipe(durationSchema, v.description('How long a service may take to get well. Default 60s.'))),
    retention: v.optional(v.pipe(retentionSchema, v.description('Which bundles `rota bundle prune` keeps.'))),
    encrypt: v.optional(
      v.pipe(
        v.strictObject({
          recipients: v.pipe(v.array(textSchema), v.minLength(1, 'at least one age recipient')),
        }),
        v.description('Bundles are encrypted to these age recipients.'),
      ),
    ),
    stores: v.optional(
      v.pipe(
        v.array(
          v.variant(
            'kind',
            [
              v.strictObject({ kind: v.literal('folder'), path: textSchema }),
              v.strictObject({
                kind: v.literal('ssh'),
                host: v.pipe(textSchema, v.description('[USER@]HOST, or an alias of ssh_config(5).')),
                path: textSchema,
                options: v.optional(
                  v.pipe(
                    v.array(textSchema),
                    v.description('Options of ssh_config(5), such as `Port=2222` or `IdentityFile=...`.'),
                  ),
                ),
              }),
              v.strictObject({ kind: v.literal('restic'), repository: textSchema }),
              v.strictObject({
                kind: v.literal('plugin'),
                plugin: v.pipe(textSchema, v.description('The kind of store that a plugin of the config contributes.')),
                options: v.optional(v.record(v.string(), v.unknown())),
              }),
            ],
            '{kind: folder, path}, {kind: ssh, host, path, options?}, {kind: restic, repository} or {kind: plugin, plugin, options?}',
          ),
        ),
        v.description("Where bundles go: each is kept in all of them. Default a folder in Rota's state."),
      ),
    ),
    compression: v.optional(
      v.pipe(
        v.picklist(['zstd', 'gzip', 'none']),
        v.description('Default zstd where Node has it, else gzip; the outcome says which.'),
      ),
    ),
    downtimeBudget: v.optional(
      v.pipe(durationSchema, v.description('Longest time that the service may stand still. Default 60s.')),
    ),
    guidance: v.optional(
      v.pipe(
        v.strictObject({ backup: v.optional(textSchema), restore: v.optional(textSchema), reauth: v.optional(textSchema) }),
        v.description('Words for people, kept in the bundle and shown before a restore.'),
      ),
    ),
  }),
  v.description('The state bundle of the job.'),
);
