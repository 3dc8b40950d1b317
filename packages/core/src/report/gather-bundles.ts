import { bundleOfJob } from '../bundle/spec/define-bundle.ts';
import type { BundleStore, Sidecar } from '../bundle/store/bundle-store.ts';
import { openStore } from '../bundle/store/open-store.ts';
import type { Host } from '../host/host.ts';
import type { JobKey } from '../job/job.ts';
import { compareJobKeys, printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { readInstalled } from '../status/read-installed.ts';
import type { ReportBundle } from './report.ts';

/** The bundles of every job of a namespace. */
export function summarizeBundles(host: Host, namespace: string): Promise<readonly ReportBundle[]> {
  return gatherBundles(host, namespace, readInstalled(host, namespace), true);
}

/**
 * The bundles of installed jobs that declare state and, with `others`, those of jobs that are gone, from the stores that the jobs name and the one
 * in Rota's state. A store that cannot be read is told of with the job that names it.
 */
export async function gatherBundles(
  host: Host,
  namespace: string,
  entries: readonly PlannedEntry[],
  others: boolean,
): Promise<readonly ReportBundle[]> {
  const found: ReportBundle[] = [];
  for (const { job } of entries) {
    if (job.state === undefined) continue;
    try {
      const store = await openStore(host, namespace, bundleOfJob(job));
      found.push(summaryOf(job, store, sameJob(await store.list(), job)));
    } catch (error) {
      const problem = error instanceof Error ? error.message : String(error);
      found.push({ tenant: job.tenant, name: job.name, place: '', count: 0, latest: null, verified: null, problem });
    }
  }
  if (others) {
    const store = await openStore(host, namespace);
    const known = new Set(found.map(printJobKey));
    const all = await store.list();
    for (const bundle of all) {
      if (known.has(printJobKey(bundle))) continue;
      known.add(printJobKey(bundle));
      found.push(summaryOf(bundle, store, sameJob(all, bundle)));
    }
  }
  return found.sort(compareJobKeys);
}

function sameJob(bundles: readonly Sidecar[], job: JobKey): readonly Sidecar[] {
  return bundles.filter(({ tenant, name }) => tenant === job.tenant && name === job.name);
}

function summaryOf({ tenant, name }: JobKey, { place }: BundleStore, bundles: readonly Sidecar[]): ReportBundle {
  const latest = bundles.at(-1);
  const proven = bundles.findLast(({ verified }) => verified !== null);
  return {
    tenant,
    name,
    place,
    count: bundles.length,
    latest:
      latest === undefined
        ? null
        : {
            id: latest.id,
            createdAt: latest.createdAt,
            outcome: latest.outcome,
            size: latest.size,
            encrypted: latest.encrypted,
          },
    verified: proven?.verified == null ? null : { id: proven.id, level: proven.verified.level, at: proven.verified.at },
  };
}
