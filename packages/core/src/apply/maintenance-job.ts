import type { Backend } from '../backend/backend.ts';
import { RotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { makePlan } from '../plan/make-plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { type CommandPlace, installCommand } from '../run/launch/install-command.ts';
import { digestOf } from '../state/digest.ts';
import { stateLayout } from '../state/layout.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { hostId } from '../state/state-format.ts';
import { applyPlan } from './apply-plan.ts';
import { installedEntries } from './installed-entries.ts';
import { maintenanceNamespace } from './maintenance-namespace.ts';
import { needsMaintenance } from './needs-maintenance.ts';
import { rollback } from './rollback.ts';

/** Where the maintenance job would be installed, and what it would start. */
export interface EnsureMaintenanceInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  /** Where it is installed when it is not yet. */
  readonly backend: string;
  readonly command: CommandPlace;
  /** Take the place of an entry that this state does not know. @default false: it is perhaps that of another state folder */
  readonly takeOver?: boolean;
}

/**
 * Makes the daily job be there exactly when an installed job of any namespace needs it.
 *
 * @returns whether it is installed now
 */
export async function ensureMaintenance(input: EnsureMaintenanceInput): Promise<boolean> {
  const { host, backends } = input;
  const needed = listNamespaces(host).some(
    (namespace) => namespace !== maintenanceNamespace && needsMaintenance(host, installedEntries(host, namespace)),
  );
  const previous = installedEntries(host, maintenanceNamespace);
  const installed = previous.length > 0;
  if (!needed) {
    if (installed) await rollback({ host, backends, namespace: maintenanceNamespace, to: { kind: 'nothing' } });
    return false;
  }
  installCommand(host, input.command);
  const plan = await makePlan({
    host,
    backends,
    declared: {
      namespace: maintenanceNamespace,
      source: 'rota',
      jobs: [maintenanceJob(host)],
      excluded: [],
      hostname: host.hostname,
      warnings: [],
      ...(installed ? {} : { backend: input.backend }),
    },
  });
  // Entries are named after their namespace, and this one is the same in every state folder of a user.
  const stranger = previous.length === 0 && plan.changes.some(({ action }) => action !== 'create');
  if (stranger && !input.takeOver) {
    throw new RotaError(
      'ROTA_NAMESPACE_SOURCE',
      'Another state folder of this user, or one that is lost, has a maintenance job already.',
      {
        suggestions: [
          'If the other one is gone: rota doctor --repair',
          `Otherwise have this one maintained by a job of yours: rota maintain --state-dir ${host.stateDir}`,
        ],
      },
    );
  }
  if (hasChanges(plan)) await applyPlan({ host, backends, plan });
  return true;
}

/** In the early morning, on each machine at another minute, and later where the machine was off. */
function maintenanceJob(host: Host): Job {
  const minute = Number.parseInt(digestOf(hostId(host)).slice(0, 6), 16) % 60;
  const { command } = stateLayout(host.stateDir);
  return {
    ...bareJob(`${minute} 4 * * *`, 'local'),
    tenant: 'rota',
    name: 'maintenance',
    annotations: { docs: 'rota help maintain' },
    command: [host.platform === 'win32' ? `${command}.cmd` : command, 'maintain', '--state-dir', host.stateDir],
    persistent: true,
    timeoutMs: 1_800_000,
    concurrency: { policy: 'forbid', locks: [] },
  };
}
