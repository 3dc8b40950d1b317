import { instantSeconds, type JobStatus, type PluginStatus, type ReportBundle, type RunRecord } from '@rota/core';

/** What the figures are made from. */
export interface MetricFacts {
  readonly jobs: readonly JobStatus[];
  /** The latest first. */
  readonly history: readonly RunRecord[];
  readonly bundles: readonly ReportBundle[];
  readonly plugins: readonly PluginStatus[];
}

/** `openmetrics` is for a scraper, `prometheus` for the textfile collector of node_exporter, which reads no other. */
export type MetricFormat = 'openmetrics' | 'prometheus';

type Labels = Readonly<Record<string, string>>;
type Sample = readonly [Labels, number | null];

/**
 * Status as figures, in the OpenMetrics text format (prometheus.io/docs/specs/om/open_metrics_spec) or the older one of Prometheus. They differ in
 * the name of a counter and in the mark at the end.
 */
export function printMetrics({ jobs, history, bundles, plugins }: MetricFacts, format: MetricFormat): string {
  const past = pastOf(history);
  const family = (type: 'gauge' | 'counter', name: string, help: string, samples: readonly Sample[]): readonly string[] =>
    printFamily({ type, name, help, samples }, format);
  const ofJobs = (value: (job: JobStatus) => number | null): readonly Sample[] =>
    jobs.map((job) => [{ tenant: job.tenant, job: job.name, backend: job.backend }, value(job)]);
  const ofBundles = (value: (bundle: ReportBundle) => number | null): readonly Sample[] =>
    bundles.map((bundle) => [{ tenant: bundle.tenant, job: bundle.name }, value(bundle)]);
  const ofPlugins = (value: (status: PluginStatus) => number | null): readonly Sample[] =>
    plugins.map((status) => [{ plugin: status.plugin, title: status.title }, value(status)]);
  const lines = [
    ...family(
      'gauge',
      'rota_job_last_success_timestamp_seconds',
      'When the job last ended well.',
      ofJobs((job) => past.get(keyOf(job))?.lastSuccess ?? null),
    ),
    ...family(
      'gauge',
      'rota_job_last_duration_seconds',
      'How long the last run took.',
      ofJobs(({ lastRun }) => (lastRun === null ? null : lastRun.durationMs / 1000)),
    ),
    ...family(
      'gauge',
      'rota_job_last_run_failed',
      '1 when the last run did not end well.',
      ofJobs(({ lastRun }) => (lastRun === null ? null : Number(isFailure(lastRun.status)))),
    ),
    ...family(
      'counter',
      'rota_job_failures',
      'Runs in the kept history that did not end well.',
      ofJobs((job) => past.get(keyOf(job))?.failures ?? 0),
    ),
    ...family(
      'gauge',
      'rota_job_next_run_timestamp_seconds',
      'When the job runs next.',
      ofJobs(({ nextRun }) => instantSeconds(nextRun)),
    ),
    ...family(
      'gauge',
      'rota_job_drifted',
      '1 when the installed entry was edited or is gone.',
      ofJobs(({ state }) => Number(['drifted', 'missing'].includes(state))),
    ),
    ...family(
      'gauge',
      'rota_bundle_last_captured_timestamp_seconds',
      'When the newest bundle was captured.',
      ofBundles(({ latest }) => instantSeconds(latest?.createdAt)),
    ),
    ...family(
      'gauge',
      'rota_bundle_last_verified_timestamp_seconds',
      'When a bundle was last verified.',
      ofBundles(({ verified }) => instantSeconds(verified?.at)),
    ),
    ...family(
      'gauge',
      'rota_plugin_attention',
      '1 when a plugin has something that a person should look at.',
      ofPlugins(({ state }) => Number(state !== 'ok')),
    ),
    ...family(
      'gauge',
      'rota_nix_last_good_timestamp_seconds',
      'When the system was last found or made up to date.',
      ofPlugins(({ data }) => instantSeconds(fieldOf(data, 'lastGood', 'string'))),
    ),
    ...family(
      'gauge',
      'rota_nix_reboot_needed',
      '1 when an update waits for a reboot.',
      ofPlugins(({ data }) => numberOf(fieldOf(data, 'rebootNeeded', 'boolean'))),
    ),
  ];
  return [...lines, ...(format === 'openmetrics' ? ['# EOF'] : []), ''].join('\n');
}

interface Past {
  lastSuccess: number | null;
  failures: number;
}

function pastOf(history: readonly RunRecord[]): ReadonlyMap<string, Past> {
  const found = new Map<string, Past>();
  for (const record of history) {
    const past = found.get(keyOf(record)) ?? { lastSuccess: null, failures: 0 };
    found.set(keyOf(record), past);
    if (record.status === 'success') past.lastSuccess ??= instantSeconds(record.endedAt);
    if (isFailure(record.status)) past.failures++;
  }
  return found;
}

function keyOf({ tenant, name }: { readonly tenant: string; readonly name: string }): string {
  return `${tenant}/${name}`;
}

function isFailure(status: RunRecord['status']): boolean {
  return status === 'failure' || status === 'timeout' || status === 'interrupted';
}

function printFamily(
  { type, name, help, samples }: { type: string; name: string; help: string; samples: readonly Sample[] },
  format: MetricFormat,
): readonly string[] {
  const known = samples.filter(([, value]) => value !== null);
  if (known.length === 0) return [];
  const sampleName = type === 'counter' ? `${name}_total` : name;
  const familyName = format === 'openmetrics' ? name : sampleName;
  return [
    `# TYPE ${familyName} ${type}`,
    `# HELP ${familyName} ${help}`,
    ...known.map(
      ([labels, value]) => `${sampleName}{${Object.entries(labels).map(([key, text]) => `${key}="${escaped(text)}"`)}} ${value}`,
    ),
  ];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}

/** What a plugin's data has under a name, if it is of that type. */
function fieldOf(data: object, name: string, type: 'string'): string | null;
function fieldOf(data: object, name: string, type: 'boolean'): boolean | null;
function fieldOf(data: object, name: string, type: 'string' | 'boolean'): string | boolean | null {
  const value: unknown = Reflect.get(data, name);
  return typeof value === type && (typeof value === 'string' || typeof value === 'boolean') ? value : null;
}

function numberOf(value: boolean | null): number | null {
  return value === null ? null : Number(value);
}
