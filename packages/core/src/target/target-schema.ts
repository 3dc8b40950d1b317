import * as v from 'valibot';
import {
  commandSchema,
  durationSchema,
  nameSchema,
  stringMapSchema,
  textListSchema,
  textSchema,
} from '../job/schema/schema-parts.ts';
import { stateSchema } from '../job/schema/state-schema.ts';

const systemRule = 'a system of Nix, such as x86_64-linux';
const systemSchema = v.pipe(v.string(), v.regex(/^[a-z0-9_]+-[a-z0-9_]+$/, systemRule));

// What nix reads after `#` in a flake reference; a quoted part may hold dots. Nothing here can be taken for an option or leave the fragment.
const attrRule = 'an attribute path of a flake, such as packages.x86_64-linux.web; `{system}` stands for the system';
const attrSchema = v.pipe(
  v.string(),
  v.regex(/^(?:[A-Za-z_{][\w'{}-]*|"[\w .@:+-]+")(?:\.(?:[\w'{}-]+|"[\w .@:+-]+"))*$/, attrRule),
);

const deploymentSchema = v.strictObject({
  mode: v.pipe(nameSchema, v.description('`docker`, `command`, or a mode that a plugin adds.')),
  host: v.optional(v.pipe(textSchema, v.description('Name of the host that it runs on. Default: the host that deploys.'))),
  container: v.optional(v.pipe(textSchema, v.description('Of docker: name of the container.'))),
  image: v.optional(v.pipe(textSchema, v.description('Of docker: name and tag of the image. Default: what the archive says.'))),
  unit: v.optional(
    v.pipe(textSchema, v.description('Of docker: a systemd unit that runs the image; it is restarted instead of `docker run`.')),
  ),
  scope: v.optional(v.pipe(v.picklist(['user', 'system']), v.description('Whose systemd has the unit. Default system.'))),
  run: v.optional(v.pipe(textListSchema, v.description('Of docker: options of `docker run`, such as --publish=8123:8123.'))),
  endpoint: v.optional(v.pipe(textSchema, v.description('Of docker: the daemon, as in DOCKER_HOST, such as ssh://web1.'))),
  deploy: v.optional(
    v.pipe(commandSchema, v.description('Of command: deploys; gets ROTA_TARGET, ROTA_ARTIFACT, ROTA_SYSTEM and ROTA_HOST.')),
  ),
  deployed: v.optional(v.pipe(commandSchema, v.description('Of command: prints the artifact that runs there now, or nothing.'))),
  timeout: v.optional(v.pipe(durationSchema, v.description('Longest time that deploying may take. Default 10m.'))),
  options: v.optional(v.pipe(v.record(v.string(), v.unknown()), v.description('For a mode that a plugin adds.'))),
});

/** A target of the registry. */
export const targetSchema = v.pipe(
  v.strictObject({
    name: v.pipe(nameSchema, v.description('Unique in the registry.')),
    description: v.optional(textSchema),
    tenant: v.optional(v.pipe(nameSchema, v.description('Tenant of its state bundle. Default: the tenant of the config.'))),
    labels: v.optional(stringMapSchema),
    flake: v.optional(
      v.pipe(textSchema, v.description('Folder of the flake, relative to the config. Default: the folder of the config.')),
    ),
    attr: v.pipe(
      v.union(
        [attrSchema, v.record(systemSchema, attrSchema)],
        'an attribute path with {system}, or a map from system to attribute path',
      ),
      v.description('What is built: an attribute path for each system, or one path in which `{system}` stands for it.'),
    ),
    systems: v.optional(
      v.pipe(
        v.array(systemSchema),
        v.minLength(1, 'at least one system'),
        v.description('With a single `attr`: the systems it is built for. Default x86_64-linux and aarch64-linux.'),
      ),
    ),
    systemEnv: v.optional(
      v.pipe(
        v.string(),
        v.regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'the name of an environment variable'),
        v.description('A variable that names the system to build for, such as NIX_HA_TARGET.'),
      ),
    ),
    hints: v.optional(
      v.pipe(
        textListSchema,
        v.description(
          'Paths from the root of the repository whose change means a rebuild: `*`, `?`, `[a-z]`, `**`; `!` excludes. Default: everything.',
        ),
      ),
    ),
    inputs: v.optional(
      v.pipe(
        textListSchema,
        v.description('Inputs of the flake that the target uses. Default: unknown, so a change of any input means a rebuild.'),
      ),
    ),
    dependsOn: v.optional(v.pipe(v.array(nameSchema), v.description('Targets that this one is built from.'))),
    timeout: v.optional(
      v.pipe(durationSchema, v.description('Longest time that a build may take. Default: what the command says.')),
    ),
    deployment: v.optional(v.pipe(deploymentSchema, v.description('Where and how it runs. Default: it is only built.'))),
    state: v.optional(stateSchema),
  }),
  v.title('Rota target'),
  v.description('A service that a repository builds and deploys.'),
);
