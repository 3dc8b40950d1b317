import type { MaintenanceReport } from '../apply/maintenance-report.ts';
import type { Finding } from '../backend/backend.ts';
import { printJobKey } from '../job/job-key.ts';
import type { SyncStatus } from '../sync/sync-status.ts';
import type { Attention, Report, ReportBundle, ReportJob, ReportSection } from './report.ts';

/** What is known of the machine beside its jobs. */
export interface OtherFacts {
  /** What would keep jobs from running, as the backends in use say. */
  readonly findings: readonly Finding[];
  /** `null`: the namespace comes from no repository. */
  readonly sync: Pick<SyncStatus, 'repo' | 'outcome' | 'error'> | null;
  /** `null`: no maintenance is installed, or it has not run yet. */
  readonly maintenance: Pick<MaintenanceReport, 'ok' | 'ranAt'> | null;
}

const staleMs = { bundle: 35 * 86_400_000, maintenance: 3 * 86_400_000 };

/** What a person should look at: errors first, then in the order of the page. Pure. */
export function findAttention(
  report: Pick<Report, 'generatedAt' | 'jobs' | 'bundles' | 'sections' | 'week'>,
  { findings, sync, maintenance }: OtherFacts,
): readonly Attention[] {
  const now = Date.parse(report.generatedAt);
  const found = [
    ...findings.map(({ severity, message, remedy }) => ({ severity, subject: 'scheduler', message, ...remedyOf(remedy) })),
    ...report.jobs.flatMap(ofJob),
    ...report.week.overruns.map(({ tenant, name, times, usualSeconds }) => ({
      severity: 'warning' as const,
      subject: `${tenant}/${name}`,
      message: `Usually takes ${usualSeconds} s, longer than until its next start, ${times} times this week.`,
    })),
    ...ofSync(sync),
    ...ofMaintenance(maintenance, now),
    ...report.bundles.flatMap((bundle) => ofBundle(bundle, now)),
    ...report.sections.flatMap(ofSection),
  ];
  return [...found.filter(({ severity }) => severity === 'error'), ...found.filter(({ severity }) => severity === 'warning')];
}

function ofJob(job: ReportJob): readonly Attention[] {
  const subject = printJobKey(job);
  switch (job.state) {
    case 'missing':
      return [{ severity: 'error', subject, message: `Its entry is gone from ${job.backend}.`, remedy: 'rota apply --repair' }];
    case 'drifted':
      return [{ severity: 'warning', subject, message: 'Its entry was edited by hand.', remedy: 'rota apply --repair' }];
    case 'failed':
      return [
        {
          severity: 'error',
          subject,
          message: failureText(job),
          remedy: job.failure === undefined ? `rota logs ${subject}` : 'rota doctor',
        },
      ];
    default:
      return [];
  }
}

function failureText({ backend, failure, lastRun }: ReportJob): string {
  if (failure !== undefined) return `${backend} could not start it: ${failure}.`;
  if (lastRun === null || !['failure', 'timeout', 'interrupted'].includes(lastRun.status)) return 'Its entry has failed.';
  const how =
    lastRun.reason ??
    (lastRun.signal !== null ? `signal ${lastRun.signal}` : lastRun.exitCode === null ? '' : `exit ${lastRun.exitCode}`);
  const what = { timeout: 'ran into its time-out', interrupted: 'was interrupted' }[lastRun.status as string] ?? 'failed';
  return `The last run ${what}${how === '' ? '' : `: ${how}`}.`;
}

function ofSync(sync: OtherFacts['sync']): readonly Attention[] {
  if (sync === null || sync.outcome === 'applied' || sync.outcome === 'unchanged') return [];
  if (sync.outcome === 'held')
    return [{ severity: 'warning', subject: 'sync', message: 'A rollback holds this namespace.', remedy: 'rota sync --resume' }];
  const reason = sync.error?.message ?? 'no reason is recorded.';
  return [{ severity: 'error', subject: 'sync', message: `The last sync failed: ${reason}`, remedy: 'rota sync --status' }];
}

function ofMaintenance(maintenance: OtherFacts['maintenance'], now: number): readonly Attention[] {
  if (maintenance === null) return [];
  if (!maintenance.ok)
    return [
      { severity: 'warning', subject: 'maintenance', message: 'The last maintenance found problems.', remedy: 'rota doctor' },
    ];
  const days = Math.floor((now - Date.parse(maintenance.ranAt)) / 86_400_000);
  if (now - Date.parse(maintenance.ranAt) < staleMs.maintenance) return [];
  return [{ severity: 'warning', subject: 'maintenance', message: `Did not run for ${days} days.`, remedy: 'rota doctor' }];
}

function ofBundle(bundle: ReportBundle, now: number): readonly Attention[] {
  const key = printJobKey(bundle);
  const about = { severity: 'warning', subject: `bundle of ${key}` } as const;
  if (bundle.problem !== undefined) return [{ ...about, message: bundle.problem }];
  if (bundle.latest === null) return [{ ...about, message: 'Nothing was ever captured.', remedy: `rota bundle capture ${key}` }];
  const remedy = `rota bundle verify ${key}`;
  const partial: readonly Attention[] =
    bundle.latest.outcome === 'partial'
      ? [{ ...about, message: 'The newest bundle is partial.', remedy: `rota bundle capture ${key}` }]
      : [];
  if (bundle.verified === null) return [...partial, { ...about, message: 'No bundle was ever verified.', remedy }];
  const age = now - Date.parse(bundle.verified.at);
  if (age < staleMs.bundle) return partial;
  return [...partial, { ...about, message: `Last verified ${Math.floor(age / 86_400_000)} days ago.`, remedy }];
}

function ofSection({ plugin, state, title, summary }: ReportSection): readonly Attention[] {
  if (state === 'ok') return [];
  return [{ severity: state === 'failed' ? 'error' : 'warning', subject: title === '' ? plugin : title, message: summary }];
}

function remedyOf(remedy: string | undefined): Pick<Attention, 'remedy'> {
  return remedy === undefined ? {} : { remedy };
}
