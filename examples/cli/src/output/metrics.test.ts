import { execFileSync } from 'node:child_process';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { JobStatus, PluginStatus, ReportBundle, RunRecord } from '@rota/core';
import { requirePart } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { cliWorkplace, manifest } from '../testing/cli-workplace.ts';
import { type MetricFacts, printMetrics } from './metrics.ts';

const run = (name: string, status: RunRecord['status'], endedAt: string): RunRecord => ({
  tenant: 'acme',
  name,
  runId: endedAt,
  scheduledAt: null,
  startedAt: endedAt,
  endedAt,
  status,
  exitCode: 0,
  signal: null,
  reason: null,
  durationMs: 1500,
  attempts: 1,
  trigger: 'schedule',
  backend: 'cron',
});
const job = (name: string, rest: Partial<JobStatus> = {}): JobStatus => ({
  tenant: 'acme',
  name,
  backend: 'cron',
  schedule: '0 2 * * *',
  timezone: 'UTC',
  state: 'waiting',
  nextRun: '2026-11-04T02:00:00Z',
  lastRun: null,
  fidelity: 'exact',
  ...rest,
});
const bundle: ReportBundle = {
  tenant: 'acme',
  name: 'backup',
  place: '/b',
  count: 2,
  latest: { id: 'b', createdAt: '2026-11-03T04:00:00Z', outcome: 'ok', size: 1, encrypted: false },
  verified: { id: 'a', level: 2, at: '2026-11-01T00:00:00Z' },
};
const nix: PluginStatus = {
  plugin: 'nix-update',
  title: 'Nix "updates"\n\\',
  state: 'attention',
  summary: '',
  facts: [],
  data: { lastGood: '2026-11-02T00:00:00Z', rebootNeeded: true },
};
const facts: MetricFacts = {
  jobs: [
    job('backup', { lastRun: run('backup', 'success', '2026-11-03T02:00:00Z') }),
    job('never', { state: 'missing', nextRun: null }),
  ],
  history: [
    run('backup', 'success', '2026-11-03T02:00:00Z'),
    run('backup', 'interrupted', '2026-11-02T02:00:00Z'),
    run('backup', 'success', '2026-11-01T02:00:00Z'),
  ],
  bundles: [bundle],
  plugins: [nix],
};
const at = (text: string): number => Date.parse(text) / 1000;

test('the last success is the latest one, and every kind of failure counts', () => {
  const text = printMetrics(facts, 'openmetrics');
  const label = '{tenant="acme",job="backup",backend="cron"}';
  expect(text).toContain(`rota_job_last_success_timestamp_seconds${label} ${at('2026-11-03T02:00:00Z')}\n`);
  expect(text).toContain(`# TYPE rota_job_failures counter\n`);
  expect(text).toContain(`rota_job_failures_total${label} 1\n`);
  expect(text).toContain(`rota_job_last_duration_seconds${label} 1.5\n`);
  expect(text).toContain('rota_job_drifted{tenant="acme",job="never",backend="cron"} 1\n');
  expect(text).toMatch(/# EOF\n$/);
});

test('bundles, reboots and the age of the Nix revision are figures too', () => {
  const text = printMetrics(facts, 'openmetrics');
  expect(text).toContain(
    `rota_bundle_last_verified_timestamp_seconds{tenant="acme",job="backup"} ${at('2026-11-01T00:00:00Z')}\n`,
  );
  expect(text).toContain(
    `rota_nix_last_good_timestamp_seconds{plugin="nix-update",title="Nix \\"updates\\"\\n\\\\"} ${at('2026-11-02T00:00:00Z')}\n`,
  );
  expect(text).toMatch(/^rota_nix_reboot_needed\{.*\} 1$/m);
});

test('what is not known has no figure', () => {
  const text = printMetrics({ jobs: [job('never', { nextRun: null })], history: [], bundles: [], plugins: [] }, 'prometheus');
  expect(text.match(/^# TYPE (\S+)/gm)).toEqual(['# TYPE rota_job_failures_total', '# TYPE rota_job_drifted']);
});

test('--textfile writes the file that the collector of another user reads', async () => {
  const { call, write, folder } = cliWorkplace();
  write('jobs/a.yaml', manifest('backup'));
  await call(['apply', 'jobs', '--backend', 'embedded', '--yes']);
  expect(await call(['status', '--textfile', 'rota.prom'])).toMatchObject({ exitCode: 0, stdout: '' });
  const file = join(folder, 'rota.prom');
  expect(readFileSync(file, 'utf8')).toMatch(
    /^# TYPE rota_job_failures_total counter\n[\s\S]*job="backup",backend="embedded"} \d+\n$/,
  );
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o644);
  expect((await call(['status', '--textfile', 'rota.prom', '--json'])).exitCode).toBe(1);
});

const python = '/usr/bin/python3';
const hasParser = (): boolean => {
  try {
    execFileSync(python, ['-c', 'import prometheus_client.openmetrics.parser'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
};

requirePart({ name: 'the parsers of Prometheus', present: hasParser, install: 'apt-get install python3-prometheus-client' })(
  'the parsers of Prometheus',
  () => {
    describe.each([
      ['openmetrics', 'prometheus_client.openmetrics.parser'],
      ['prometheus', 'prometheus_client.parser'],
    ] as const)('%s', (format, module) => {
      test('read every figure with its labels', () => {
        const script = `import sys, json
from ${module} import text_string_to_metric_families as parse
print(json.dumps([[f.name, f.type, [[s.name, s.labels, s.value] for s in f.samples]] for f in parse(sys.stdin.read())]))`;
        const families: unknown = JSON.parse(
          execFileSync(python, ['-c', script], { input: printMetrics(facts, format), encoding: 'utf8' }),
        );
        const labels = { tenant: 'acme', job: 'backup', backend: 'cron' };
        const failures = ['rota_job_failures', 'counter', expect.arrayContaining([['rota_job_failures_total', labels, 1]])];
        expect(families).toContainEqual(failures);
        expect(families).toContainEqual([
          'rota_nix_reboot_needed',
          'gauge',
          [['rota_nix_reboot_needed', { plugin: nix.plugin, title: nix.title }, 1]],
        ]);
        expect(families).toHaveLength(11);
      });
    });
  },
);
