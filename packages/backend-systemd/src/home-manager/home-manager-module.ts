import { relative } from 'node:path';
import {
  type ArtifactFile,
  type Job,
  type JobKey,
  launcherScript,
  namespaceLayout,
  printJobKey,
  type Rendering,
  RotaError,
  stateLayout,
} from '@rota/core';
import { unitName } from '../unit-name.ts';
import { type Activation, activationName, activationScript } from './activation.ts';
import { hostExpression } from './host-expression.ts';
import { type NixSet, type NixValue, nixString, nixText } from './nix-text.ts';
import { unitAttributes } from './unit-attributes.ts';

/** What a home-manager module is made of. */
export interface HomeManagerInput {
  /** Of the backend systemd. */
  readonly rendering: Rendering;
  /** The jobs that were rendered, those for other hosts too. */
  readonly jobs: readonly Job[];
  readonly namespace: string;
  /** Absolute home of the user that it is for. */
  readonly home: string;
  /** Absolute, below the home. */
  readonly stateDir: string;
  /** Text of the recorder that the units name. */
  readonly recorder: string;
  /** Text of the runner's bundle. */
  readonly runner: string;
}

/** A home-manager module, and the files that it reads. */
export interface HomeManagerModule {
  /** `rota.nix`, and a folder `rota` beside it. */
  readonly files: readonly ArtifactFile[];
  /** Jobs that Nix cannot have, each with one sentence. */
  readonly refused: readonly (JobKey & { readonly reason: string })[];
}

/**
 * The jobs as a module for home-manager: user timers and services, the launch files and the runner, `on: apply` jobs as activation entries, and
 * conditions on the host as `lib.mkIf`. The units are what `rota apply` would install, but belong to home-manager: Rota does not own, plan or remove them.
 * Source: home-manager, `systemd.user`, `home.file`, `home.activation`.
 *
 * @throws ROTA_USAGE where the state folder is not below the home, which is all that home-manager writes to
 */
export function homeManagerModule(input: HomeManagerInput): HomeManagerModule {
  const { rendering, home, stateDir } = input;
  const state = relative(home, stateDir);
  if (state.startsWith('..') || state === '') {
    throw new RotaError(
      'ROTA_USAGE',
      `home-manager writes below the home ${home}, and the state folder ${stateDir} is not there.`,
      {
        suggestions: ['--state-dir with a folder below the home'],
      },
    );
  }
  const refused: (JobKey & { readonly reason: string })[] = [];
  const parts: { readonly condition: string | null; readonly set: NixSet }[] = [];
  const activations = new Map(activationsOf(input).map((activation) => [printJobKey(activation.job), activation]));
  for (const job of input.jobs) {
    const rendered = rendering.jobs.find((candidate) => printJobKey(candidate) === printJobKey(job));
    const host = hostExpression(job.conditions);
    if (rendered === undefined || rendered.fidelity === 'refused') continue;
    if ('reason' in host) refused.push({ tenant: job.tenant, name: job.name, reason: host.reason });
    else if (job.enabled)
      parts.push({
        condition: host.nix,
        set: { set: [...jobAttributes(input, job, rendered.artifacts), ...activation(job, activations)] },
      });
  }
  const used = new Set(
    input.jobs.filter((job) => !refused.some((one) => printJobKey(one) === printJobKey(job))).map(printJobKey),
  );
  const launchFiles = rendering.jobs
    .filter((job) => used.has(printJobKey(job)))
    .flatMap(({ artifacts }) => artifacts.filter(isLaunchFile));
  return {
    files: [
      { name: 'rota.nix', content: moduleText(input, parts) },
      { name: 'rota/record', content: input.recorder },
      { name: 'rota/rota-run.cjs', content: input.runner },
      ...rendering.files
        .filter(({ name }) => launchFiles.includes(name))
        .map(({ name, content }) => ({ name: `rota/${name}`, content })),
    ],
    refused,
  };
}

function moduleText(
  input: HomeManagerInput,
  parts: readonly { readonly condition: string | null; readonly set: NixSet }[],
): string {
  const { home, stateDir, rendering } = input;
  const layout = stateLayout(stateDir, 'linux');
  const horizon = rendering.jobs.flatMap((job) => (job.horizon === null ? [] : [job.horizon.toYear]));
  const common: NixSet = {
    set: [
      [
        'assertions',
        [
          {
            set: [
              ['assertion', { nix: `config.home.homeDirectory == ${nixString(home)}` }],
              ['message', `rota.nix was rendered for the home ${home}.`],
            ],
          },
        ],
      ],
      [
        fileAt(input, layout.launcher),
        {
          set: [
            ['executable', true],
            ['source', { nix: launcherText }],
          ],
        },
      ],
      [`${fileAt(input, layout.recorder)}.source`, { nix: './rota/record' }],
    ],
  };
  const all: readonly NixValue[] = [
    common,
    ...parts.map(({ condition, set }) => (condition === null ? set : { nix: `(lib.mkIf (${condition}) ${nixText(set, 6)})` })),
  ];
  return `# Made by \`rota render --format nix\`; do not edit, render again.${horizon.length === 0 ? '' : ` Good through ${Math.min(...horizon)}: dates that depend on a zone's rules are written out until then.`}
# In a home-manager configuration: imports = [ ./rota.nix ]; and, where jobs are for some hosts only, rota.hostname and rota.labels.
{ config, lib, pkgs, ... }:
{
  options.rota = {
    hostname = lib.mkOption { type = lib.types.str; default = ""; description = "The name of this host, for jobs that are for some hosts only."; };
    labels = lib.mkOption { type = lib.types.attrsOf lib.types.str; default = { }; description = "The labels of this host."; };
  };
  config = lib.mkMerge ${nixText(all, 2)};
}
`;
}

/** The launcher that an apply installs, with the Node and the runner of the store. */
const launcherText = `pkgs.writeShellScript "rota-run" ${nixString(launcherScript({ node: '@NODE@', runner: '@RUNNER@' }))
  .replace('@NODE@', () => '${pkgs.nodejs}/bin/node')
  .replace('@RUNNER@', () => '${./rota/rota-run.cjs}')}`;

function jobAttributes(
  input: HomeManagerInput,
  job: Job,
  artifacts: readonly string[],
): readonly (readonly [string, NixValue])[] {
  const { rendering, namespace, stateDir } = input;
  const name = unitName(namespace, job);
  return artifacts.flatMap((artifact): readonly (readonly [string, NixValue])[] => {
    if (isLaunchFile(artifact)) {
      const path = `${namespaceLayout(stateDir, namespace).launchFiles}/${artifact.slice('launch/'.length)}`;
      return [[`${fileAt(input, path)}.source`, { nix: `./rota/${artifact}` }]];
    }
    const content = rendering.files.find((file) => file.name === artifact)?.content ?? '';
    const kind = artifact.endsWith('.timer') ? 'timers' : 'services';
    return [[`systemd.user.${kind}.${nixString(name)}`, unitAttributes(content)]];
  });
}

function activationsOf({ rendering, jobs, namespace, home, stateDir }: HomeManagerInput): readonly Activation[] {
  const layout = namespaceLayout(stateDir, namespace);
  return jobs.flatMap((job) => {
    const rendered = rendering.jobs.find((candidate) => printJobKey(candidate) === printJobKey(job));
    const launch = rendered?.artifacts.find(isLaunchFile);
    if (job.trigger.kind !== 'apply' || launch === undefined || job.paused) return [];
    return [
      {
        job,
        launchFile: relative(home, `${layout.launchFiles}/${launch.slice('launch/'.length)}`),
        launcher: relative(home, stateLayout(stateDir, 'linux').launcher),
        done: relative(home, `${layout.root}/activated`),
      },
    ];
  });
}

/** The files of the launcher must be there, and the entries that it comes after must have run. */
function activation(job: Job, activations: ReadonlyMap<string, Activation>): readonly (readonly [string, NixValue])[] {
  const own = activations.get(printJobKey(job));
  if (own === undefined || job.trigger.kind !== 'apply') return [];
  const before = job.trigger.after.flatMap((key) => activations.get(printJobKey(key)) ?? []);
  const names = ['linkGeneration', ...before.map((other) => activationName(other.job))].map(nixString).join(' ');
  const script = nixString(activationScript(own, before));
  return [[`home.activation.${nixString(activationName(job))}`, { nix: `lib.hm.dag.entryAfter [ ${names} ] ${script}` }]];
}

function fileAt({ home }: HomeManagerInput, path: string): string {
  return `home.file.${nixString(relative(home, path))}`;
}

function isLaunchFile(artifact: string): boolean {
  return artifact.startsWith('launch/');
}
