import * as v from 'valibot';
import { formatVersion, instant } from './parts.ts';

const name = v.pipe(v.string(), v.description('Name of the target.'));
const system = v.pipe(v.string(), v.description('System of Nix, such as x86_64-linux.'));
const attr = v.pipe(
  v.nullable(v.string()),
  v.description('Attribute path of the flake; null where the target has none for the system.'),
);
const artifact = v.pipe(
  v.nullable(v.string()),
  v.description('Store path of what was built last; null where nothing is recorded.'),
);
const revision = v.pipe(v.string(), v.regex(/^[0-9a-f]{40,64}$/), v.description('Full id of a commit.'));
const loose = v.record(v.string(), v.unknown());

const reason = v.object({
  kind: v.pipe(
    v.picklist([
      'added',
      'changed',
      'deleted',
      'renamed',
      'moved-away',
      'submodule',
      'flake-input',
      'flake-lock',
      'never-built',
      'history',
      'attr',
      'dependency',
      'asked',
      'stale-hint',
      'unsupported-system',
      'undeployed',
      'deploy-interrupted',
    ]),
    v.description('See docs/targets.md.'),
  ),
  path: v.pipe(v.nullable(v.string()), v.description('From the root of the repository.')),
  hint: v.pipe(
    v.nullable(v.string()),
    v.description('The hint that wants the path; the input of flake-input; the target of dependency.'),
  ),
  other: v.optional(v.pipe(v.string(), v.description('The other name of what was renamed.'))),
});

const planned = v.object({
  name,
  system,
  attr,
  base: v.pipe(v.nullable(revision), v.description('What it is compared with; null where there is nothing.')),
  rebuild: v.boolean(),
  deploy: v.boolean(),
  reasons: v.array(reason),
  moreReasons: v.pipe(v.number(), v.description('Reasons beyond the first 1000.')),
  artifact,
  host: v.pipe(v.nullable(v.string()), v.description('Where it is deployed; null where it is only built.')),
  state: v.nullable(
    v.object({
      roots: v.array(v.object({ name: v.string(), path: v.string() })),
      guidance: v.object({ backup: v.optional(v.string()), restore: v.optional(v.string()), reauth: v.optional(v.string()) }),
    }),
  ),
});

const failure = v.object({
  kind: v.picklist([
    'configuration',
    'evaluation',
    'network',
    'git',
    'disk',
    'no-builder',
    'build',
    'timeout',
    'hash',
    'interrupted',
    'dependency',
    'other',
  ]),
  message: v.string(),
});

/** What `rota targets` prints with --json, by action; with `--format github-matrix` the matrix alone. */
export const targetsOutput = v.union([
  v.object({
    formatVersion,
    action: v.literal('list'),
    targets: v.array(
      v.object({
        name,
        description: v.nullable(v.string()),
        systems: v.array(system),
        dependsOn: v.array(name),
        mode: v.nullable(v.string()),
        host: v.nullable(v.string()),
        labels: v.record(v.string(), v.string()),
      }),
    ),
  }),
  v.object({
    formatVersion,
    action: v.literal('plan'),
    base: v.pipe(
      v.nullable(revision),
      v.description('What all targets are compared with; null where that differs, or is nothing.'),
    ),
    head: revision,
    targets: v.array(planned),
    warnings: v.array(v.string()),
  }),
  v.object({
    formatVersion,
    action: v.literal('build'),
    revision,
    targets: v.array(
      v.object({
        name,
        system,
        attr,
        status: v.picklist(['built', 'unchanged', 'failed', 'skipped', 'unsupported']),
        artifact,
        previous: v.pipe(v.nullable(v.string()), v.description('What was recorded before.')),
        drvPath: v.nullable(v.string()),
        staleHint: v.pipe(v.boolean(), v.description('Another artifact, though no hint matched what changed.')),
        failure: v.nullable(failure),
        log: v.nullable(v.string()),
        durationMs: v.number(),
        reasons: v.array(reason),
      }),
    ),
    warnings: v.array(v.string()),
  }),
  v.object({
    formatVersion,
    action: v.literal('show'),
    target: loose,
    records: v.array(
      v.object({
        name,
        system,
        built: v.nullable(
          v.object({
            revision,
            attr: v.string(),
            artifact: v.string(),
            drvPath: v.string(),
            at: instant,
            log: v.nullable(v.string()),
          }),
        ),
        deployed: v.array(
          v.object({
            host: v.string(),
            artifact: v.string(),
            revision: v.nullable(revision),
            at: instant,
            by: v.picklist(['rota', 'hand']),
            interrupted: v.boolean(),
          }),
        ),
      }),
    ),
    plan: v.array(planned),
  }),
  v.object({
    formatVersion,
    action: v.literal('deploy'),
    dryRun: v.boolean(),
    targets: v.array(
      v.object({
        name,
        system,
        host: v.string(),
        mode: v.string(),
        artifact,
        status: v.picklist(['deployed', 'current', 'planned', 'needs-build', 'failed']),
        steps: v.array(v.object({ description: v.string(), command: v.optional(v.array(v.string())) })),
        failure: v.nullable(v.string()),
      }),
    ),
  }),
  v.object({
    formatVersion,
    action: v.literal('mark-deployed'),
    name,
    system,
    host: v.string(),
    artifact: v.string(),
  }),
  v.object({ include: v.array(v.object({ target: name, system, attr: v.string(), runner: v.string() })) }),
]);
