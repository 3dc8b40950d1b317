import type { ReportJob } from '../report.ts';

/** Which jobs the lists show, and in which order. */
export interface Selection {
  /** All of these words must be in the name, a label or the schedule. */
  readonly text: string;
  readonly only: 'all' | 'troubled' | 'colliding' | 'gated';
  readonly order: 'next' | 'name' | 'failures' | 'length';
}

export const initialSelection: Selection = { text: '', only: 'all', order: 'next' };

/** The jobs of a selection. Pure. */
export function selectJobs(jobs: readonly ReportJob[], { text, only, order }: Selection): readonly ReportJob[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const chosen = jobs.filter((job) => kinds[only](job) && words.every((word) => searchable(job).includes(word)));
  return chosen.sort((a, b) => orders[order](a, b) || compare(`${a.tenant}/${a.name}`, `${b.tenant}/${b.name}`));
}

/** Whether the last run did not end well, or the entry is not as it should be. */
export function isTroubled({ state }: ReportJob): boolean {
  return state === 'failed' || state === 'missing' || state === 'drifted';
}

const kinds: Readonly<Record<Selection['only'], (job: ReportJob) => boolean>> = {
  all: () => true,
  troubled: (job) => isTroubled(job) || job.past.failures > 0,
  colliding: (job) => (job.ahead?.colliding ?? 0) > 0,
  gated: (job) => job.fidelity === 'gated',
};

const orders: Readonly<Record<Selection['order'], (a: ReportJob, b: ReportJob) => number>> = {
  next: (a, b) => compare(a.nextRun ?? '~', b.nextRun ?? '~'),
  name: () => 0,
  failures: (a, b) => b.past.failures - a.past.failures,
  length: (a, b) => (b.past.medianMs ?? -1) - (a.past.medianMs ?? -1),
};

function searchable({ tenant, name, labels, schedule, timezone, backend }: ReportJob): string {
  const pairs = Object.entries(labels).map(([key, value]) => `${key}=${value}`);
  return [`${tenant}/${name}`, schedule, timezone ?? '', backend, ...pairs].join(' ').toLowerCase();
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
