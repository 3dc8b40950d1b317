import type { Backend } from '../backend/backend.ts';
import { bundleLayout } from '../bundle/bundle-layout.ts';
import { type BundleRecovery, recoverBundles } from '../bundle/recover-bundles.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import { summaryOf } from '../plan/summary.ts';
import { captureWith } from '../run/attempt/capture-output.ts';
import { retainRuns } from '../run/record/retain-runs.ts';
import { flushSpool } from '../run/tell/flush-spool.ts';
import { namespaceLayout } from '../state/layout.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { lockHolder, withLock } from '../state/lock.ts';
import { openState } from '../state/state-format.ts';
import { applyPlan } from './apply-plan.ts';
import { installedGeneration } from './installed-entries.ts';
import {
  type MaintainedNamespace,
  type MaintenanceReport,
  maintenanceReportFile,
  readMaintenance,
} from './maintenance-report.ts';
import { planAgain } from './plan-again.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { tellMissed } from './tell-missed.ts';

/**
 * What time makes necessary, for every namespace of this state: finishes what was cut off, renews horizons and zone data of installed jobs, sends what
 * waits in the spool, tells of fire times that were missed, drops what retention says. Works from what is installed, never from a declaration, so
 * that what a rollback left behind stays behind.
 */
export async function maintain(host: Host, backends: readonly Backend[]): Promise<MaintenanceReport> {
  openState(host);
  const before = lastReport(host);
  const told: Record<string, number> = { ...before?.told };
  const namespaces: MaintainedNamespace[] = [];
  for (const namespace of listNamespaces(host)) namespaces.push(await maintainNamespace(host, backends, namespace, told));
  const report: MaintenanceReport = {
    formatVersion: 1,
    ranAt: `${new Date(host.now()).toISOString().slice(0, 19)}Z`,
    ok: namespaces.every(({ problems }) => problems.length === 0),
    namespaces,
    told,
  };
  host.files.write(maintenanceReportFile(host), `${JSON.stringify(report)}\n`);
  return report;
}

/** A damaged one is written anew: better that a missed run is told twice than that nothing is maintained any more. */
function lastReport(host: Host): MaintenanceReport | null {
  try {
    return readMaintenance(host);
  } catch (error) {
    if (isRotaError(error)) return null;
    throw error;
  }
}

async function maintainNamespace(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  told: Record<string, number>,
): Promise<MaintainedNamespace> {
  const layout = namespaceLayout(host.stateDir, namespace);
  const problems: string[] = [];
  /** One step that fails keeps none of the others from being made. */
  const step = async <T>(what: string, work: () => T | Promise<T>, otherwise: T): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      problems.push(`${what}: ${isRotaError(error) || error instanceof Error ? error.message : String(error)}`);
      return otherwise;
    }
  };
  await step('recovery', () => recoverNamespace(host, backends, namespace), null);
  const bundles = await step('bundles', () => endBundles(host, namespace), []);
  problems.push(...bundles.filter(({ outcome }) => outcome === 'failed').flatMap(({ notes }) => notes));
  const renewed = await step('renewal', () => renew(host, backends, namespace), []);
  const capture = captureWith({ ...host.env });
  const spool = await step('check-ins', () => flushSpool({ files: host.files, layout, env: host.env, capture }), {
    sent: 0,
    left: 0,
    failed: [],
    problems: [],
  });
  problems.push(...spool.problems.map((problem) => `check-ins: ${problem}`));
  const missed = await step('missed runs', () => tellMissed(host, namespace, told), []);
  const dropped = await step('retention', () => retainRuns(host.files, layout, {}, host.now()), []);
  return { namespace, bundles, renewed, sent: spool.sent, waiting: spool.left, missed, dropped, problems };
}

/** Ends captures and restores whose process is gone, so that what they stopped does not stay down until somebody asks for the next one. */
async function endBundles(host: Host, namespace: string): Promise<readonly BundleRecovery[]> {
  const { work, lock } = bundleLayout(host.stateDir, namespace);
  // Whoever is at it holds the lock.
  if (host.files.list(work).length === 0 || lockHolder(host, lock) !== null) return [];
  return withLock(host, lock, { purpose: 'maintenance' }, () => recoverBundles(host, namespace));
}

/** Compiles the installed jobs again, and takes of it only what changed with time. */
async function renew(host: Host, backends: readonly Backend[], namespace: string): Promise<readonly string[]> {
  const generation = installedGeneration(host, namespace);
  if (generation === null || generation.entries.length === 0) return [];
  const plan = await planAgain({ host, backends, namespace, generation });
  const changes = plan.changes.filter(
    ({ action, reasons }) =>
      action === 'update' && reasons.length > 0 && reasons.every((reason) => reason === 'horizon' || reason === 'zone data'),
  );
  if (changes.length === 0) return [];
  const keys = new Set(changes.map(printJobKey));
  const fresh = new Map(plan.entries.map((entry) => [printJobKey(entry), entry]));
  const entries = generation.entries.map((entry) =>
    keys.has(printJobKey(entry)) ? (fresh.get(printJobKey(entry)) ?? entry) : entry,
  );
  await applyPlan({
    host,
    backends,
    plan: { ...plan, changes, entries, summary: summaryOf(changes) },
    cause: generation.cause,
    ...(generation.restored === undefined ? {} : { restored: generation.restored }),
  });
  return [...keys];
}
