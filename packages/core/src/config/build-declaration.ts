import { resolve } from 'node:path';
import type { Issue, SourcePlace } from '../errors/issue.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { graphIssues } from '../job/job-graph.ts';
import { compareJobKeys, printJobKey } from '../job/job-key.ts';
import { nameProblem } from '../job/names.ts';
import { type JobContext, jobContext } from '../job/normalise/job-context.ts';
import type { Problem } from '../job/problem.ts';
import { duplicateIssues } from '../job/read/duplicate-issues.ts';
import { readJobInput } from '../job/read/read-job-input.ts';
import { readManifests } from '../job/read/read-manifests.ts';
import type { Yaml } from '../job/read/read-yaml.ts';
import { setUpPlugins } from '../plugin/set-up-plugins.ts';
import type { Declaration, HostIdentity } from './declaration.ts';
import { type ConfigLayer, readConfigLayers } from './layers/config-layers.ts';
import { mergeLayers } from './layers/merge-layers.ts';
import { readTargets } from './layers/read-targets.ts';
import type { DeclarationAttempt, LoadOptions } from './load-options.ts';
import { reservedNamespaces } from './reserved-namespaces.ts';
import { manifestFiles } from './source/manifest-files.ts';
import { readSourceText } from './source/read-source.ts';
import { readHostIdentity } from './this-host/host-identity.ts';
import { selectJobs } from './this-host/select-jobs.ts';
import { withInventory } from './this-host/with-inventory.ts';

/** A config, or manifests that were named one by one. */
export type DeclarationPlace = { readonly config: string } | { readonly files: readonly string[]; readonly cwd: string };

/** Reads everything that a declaration is made of. Bad input becomes issues, all of them; only a defect of Rota throws. */
export async function buildDeclaration(host: Host, place: DeclarationPlace, options: LoadOptions): Promise<DeclarationAttempt> {
  const yaml = await import('yaml');
  const issues: Issue[] = [];
  const { identity: own, issues: hostIssues } = readHostIdentity(
    yaml,
    host,
    options.hostFile === undefined ? undefined : resolve(options.cwd ?? process.cwd(), options.hostFile),
  );
  issues.push(...hostIssues);

  const layers = 'config' in place ? await layersOf(place.config, yaml, host, own, options, issues) : [];
  const merged = mergeLayers(layers, own);
  const identity = withInventory(own, merged.hosts);
  issues.push(...merged.issues);
  const namespace = options.namespace ?? merged.namespace ?? 'default';
  const namespaceProblem = nameProblem(namespace, host.platform);
  if (namespaceProblem !== undefined)
    issues.push({ code: 'ROTA_FIELD_VALUE', severity: 'error', message: `Namespace: ${namespaceProblem}` });

  if (reservedNamespaces.has(namespace)) {
    const message = `The namespace "${namespace}" is Rota's own. Choose another.`;
    issues.push({ code: 'ROTA_FIELD_VALUE', severity: 'error', message, ...('config' in place ? { file: place.config } : {}) });
  }

  const {
    plugins,
    jobs: pluginJobs,
    issues: pluginIssues,
  } = await setUpPlugins(
    layers.flatMap(({ config, file }) =>
      (config.plugins ?? []).map((entry, index) => ({ entry, file, at: `plugins[${index}]` })),
    ),
    { host, namespace, identity, hosts: merged.hosts },
  );
  issues.push(...pluginIssues);
  const context = jobContext(host, {
    tenant: merged.tenant,
    checkin: merged.checkin,
    alertChannels: new Map(
      plugins.flatMap(({ alertChannels }) =>
        alertChannels.map(({ name, module, options = {}, secrets }) => [name, { module, options, secrets }] as const),
      ),
    ),
  });
  const baseDir = 'config' in place ? resolve(place.config, '..') : place.cwd;
  const found: Job[] = [];
  if ('files' in place) found.push(...readFiles(host, yaml, place.files, place.cwd, context, issues));
  for (const layer of layers) found.push(...(await jobsOfLayer(host, yaml, layer, context, issues)));
  for (const { value, plugin, file } of pluginJobs) {
    const { job, issues: jobIssues } = await readJobInput(value, `plugin "${plugin}"`, context, { file });
    issues.push(...jobIssues);
    if (job !== undefined) found.push(job);
  }
  const all = found.toSorted(compareJobKeys);
  issues.push(...duplicateIssues(all));
  const { targets, issues: targetIssues } = readTargets(layers, plugins, {
    tenant: merged.tenant ?? 'default',
    platform: host.platform,
  });
  issues.push(...targetIssues);
  const moved = layers.flatMap(({ config }) => config.moved ?? []);
  issues.push(...layers.flatMap((layer) => movedIssues(layer, all)));
  const broken = issues.some((issue) => issue.severity === 'error');
  if (!broken) issues.push(...graphIssues(all));
  if (!broken && all.length === 0 && !(options.jobsOptional && targets.length > 0)) issues.push(nothingDeclared(place));
  if (issues.some((issue) => issue.severity === 'error')) return { jobCount: all.length, issues, plugins, namespace };

  const { jobs, excluded } = selectJobs(all, identity, host);
  const declaration: Declaration = {
    namespace,
    source: 'config' in place ? place.config : place.files.map((file) => resolve(place.cwd, file)).join(', '),
    baseDir,
    jobs,
    excluded,
    all,
    targets,
    ...(merged.backend === undefined ? {} : { backend: merged.backend }),
    ...(merged.policy === undefined ? {} : { policy: merged.policy }),
    ...(merged.removals === undefined ? {} : { removals: merged.removals }),
    ...(moved.length === 0 ? {} : { moved }),
    hosts: merged.hosts,
    host: identity,
    hostname: identity.hostname,
    ...(merged.checkin?.url === undefined ? {} : { checkinUrl: merged.checkin.url }),
    plugins,
    origins: merged.origins,
    warnings: issues,
  };
  return { declaration, jobCount: all.length, issues, plugins, namespace };
}

async function layersOf(
  config: string,
  yaml: Yaml,
  host: Host,
  identity: HostIdentity,
  options: LoadOptions,
  issues: Issue[],
): Promise<readonly ConfigLayer[]> {
  const environment = {
    command: options.command ?? 'plan',
    mode: host.env.ROTA_MODE || 'production',
    hostname: identity.hostname,
    labels: identity.labels,
    role: identity.role,
  };
  const read = await readConfigLayers(config, {
    yaml,
    host,
    identity,
    environment,
    allowCode: options.allowCode ?? true,
  });
  issues.push(...read.issues);
  return read.layers;
}

async function jobsOfLayer(
  host: Host,
  yaml: Yaml,
  layer: ConfigLayer,
  context: JobContext,
  issues: Issue[],
): Promise<readonly Job[]> {
  const jobs: Job[] = [];
  for (const [index, value] of (layer.config.jobs ?? []).entries()) {
    const path = ['jobs', index];
    const locate = (problem: Problem): Issue => layer.locate({ ...problem, path: [...path, ...problem.path] });
    const read = await readJobInput(value, `jobs[${index}]`, context, placeOf(layer, path), locate);
    issues.push(...read.issues);
    if (read.job !== undefined) jobs.push(read.job);
  }
  const { manifests } = layer.config;
  if (manifests === undefined) return jobs;
  const sources = [manifests].flat();
  if (sources.length === 0) return jobs;
  return [...jobs, ...readFiles(host, yaml, sources, layer.dir, context, issues, placeOf(layer, ['manifests']))];
}

function placeOf(layer: ConfigLayer, path: readonly (string | number)[]): SourcePlace {
  const { line, column } = layer.locate({ code: 'ROTA_INTERNAL', severity: 'error', path, message: '' });
  return { file: layer.file, ...(line === undefined ? {} : { line }), ...(column === undefined ? {} : { column }) };
}

function readFiles(
  host: Host,
  yaml: Yaml,
  sources: readonly string[],
  base: string,
  context: JobContext,
  issues: Issue[],
  place?: SourcePlace,
): readonly Job[] {
  const files = manifestFiles(host.files, sources, base, place);
  issues.push(...files.issues);
  return files.paths.flatMap((path) => {
    const read = readSourceText(host.files, path);
    if ('issue' in read) {
      issues.push(read.issue);
      return [];
    }
    const parsed = readManifests(yaml, read.text, path, context);
    issues.push(...parsed.issues);
    return parsed.jobs;
  });
}

/** A job that is still declared under its old name was not moved. */
function movedIssues(layer: ConfigLayer, all: readonly Job[]): readonly Issue[] {
  const declared = new Set(all.map(printJobKey));
  return (layer.config.moved ?? []).flatMap(({ from, to }, index) =>
    !declared.has(from)
      ? []
      : [
          layer.locate({
            code: 'ROTA_FIELD_VALUE',
            severity: 'error',
            path: ['moved', index, 'from'],
            message: `\`moved\` says that ${from} is ${to} now, but ${from} is still declared.`,
          }),
        ],
  );
}

/** Nothing is ever removed because a declaration came out empty. */
function nothingDeclared(place: DeclarationPlace): Issue {
  return {
    code: 'ROTA_DECLARATION_EMPTY',
    severity: 'error',
    message: 'No job is declared here. To remove everything that is installed, run `rota destroy`.',
    ...('config' in place ? { file: place.config } : {}),
  };
}
