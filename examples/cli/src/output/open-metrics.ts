import { instantSeconds, type JobStatus, type RunRecord } from '@rota/core';

type Sample = readonly [JobStatus, number];

/** Status in the OpenMetrics text format (prometheus.io/docs/specs/om/open_metrics_spec), for a scraper or the textfile collector. */
export function openMetrics(jobs: readonly JobStatus[], history: readonly RunRecord[]): string {
  const runsOf = (job: JobStatus): readonly RunRecord[] =>
    history.filter(({ tenant, name }) => tenant === job.tenant && name === job.name);
  const samples = (value: (job: JobStatus) => number | null): readonly Sample[] =>
    jobs.flatMap((job) => {
      const number = value(job);
      return number === null ? [] : [[job, number] as const];
    });
  const lastSuccess = (job: JobStatus): number | null =>
    instantSeconds(runsOf(job).findLast(({ status }) => status === 'success')?.endedAt);
  return [
    ...family('rota_job_last_success_timestamp_seconds', 'gauge', 'When the job last ended well.', samples(lastSuccess)),
    ...family(
      'rota_job_last_duration_seconds',
      'gauge',
      'How long the last run took.',
      samples((job) => (job.lastRun === null ? null : job.lastRun.durationMs / 1000)),
    ),
    ...family(
      'rota_job_last_run_failed',
      'gauge',
      '1 when the last run did not end well.',
      samples((job) =>
        job.lastRun === null ? null : Number(['failure', 'timeout', 'interrupted'].includes(job.lastRun.status)),
      ),
    ),
    ...family(
      'rota_job_failures',
      'counter',
      'Runs in the kept history that did not end well.',
      samples((job) => runsOf(job).filter(({ status }) => status === 'failure' || status === 'timeout').length),
      '_total',
    ),
    ...family(
      'rota_job_next_run_timestamp_seconds',
      'gauge',
      'When the job runs next.',
      samples((job) => instantSeconds(job.nextRun)),
    ),
    ...family(
      'rota_job_drifted',
      'gauge',
      '1 when the installed entry was edited or is gone.',
      samples((job) => Number(['drifted', 'missing'].includes(job.state))),
    ),
    '# EOF\n',
  ].join('\n');
}

function family(name: string, type: string, help: string, samples: readonly Sample[], suffix = ''): readonly string[] {
  if (samples.length === 0) return [];
  return [
    `# TYPE ${name} ${type}`,
    `# HELP ${name} ${help}`,
    ...samples.map(
      ([job, value]) =>
        `${name}${suffix}{tenant="${escaped(job.tenant)}",job="${escaped(job.name)}",backend="${escaped(job.backend)}"} ${value}`,
    ),
  ];
}

function escaped(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
}
