import { maintenanceNamespace } from '../apply/maintenance-namespace.ts';
import { readMaintenance } from '../apply/maintenance-report.ts';
import type { Host } from '../host/host.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { installedCommand } from '../run/launch/install-command.ts';
import { listSyncStatus } from '../sync/sync-status.ts';
import type { DoctorFinding } from './diagnosis.ts';

const dayMs = 86_400_000;

/** The command line that the jobs of Rota itself start: there, with its Node. */
export function checkCommand(
  host: Pick<Host, 'files' | 'stateDir' | 'platform'>,
  namespaces: readonly string[],
): readonly DoctorFinding[] {
  if (!namespaces.some((name) => name === maintenanceNamespace || name === 'rota-sync')) return [];
  const place = installedCommand(host);
  const gone = [place?.node, place?.script].find((path) => path === undefined || host.files.facts(path) === undefined);
  if (place !== undefined && gone === undefined) return [];
  return [
    {
      severity: 'error',
      code: 'command.moved',
      message: `The command line of Rota, which maintenance and sync start, is not at ${gone ?? place?.script ?? 'its place'} any more.`,
      remedy: 'From where it is now: rota doctor --repair',
    },
  ];
}

/** Whether maintenance came every day. It keeps no job from running; without it dated lines run out and check-ins wait. */
export function checkMaintenance(host: Host, entries: readonly PlannedEntry[]): readonly DoctorFinding[] {
  if (entries.length === 0) return [];
  const last = readMaintenance(host);
  if (last === null) {
    return [
      {
        severity: 'info',
        code: 'maintenance.never',
        message: 'Maintenance is installed and has not run yet.',
        namespace: maintenanceNamespace,
      },
    ];
  }
  const days = Math.floor((host.now() - Date.parse(last.ranAt)) / dayMs);
  const problems = last.namespaces.flatMap(({ namespace, problems: told }) => told.map((problem) => `${namespace}: ${problem}`));
  return [
    ...(days < 2 && days >= -1
      ? []
      : [
          {
            severity: 'warning',
            code: 'maintenance.late',
            message:
              days < 0
                ? `Maintenance last ran before the clock was set back, at ${last.ranAt}.`
                : `Maintenance last ran ${days} days ago (${last.ranAt}).`,
            remedy: 'rota maintain',
            namespace: maintenanceNamespace,
          } as const,
        ]),
    ...problems.map(
      (message): DoctorFinding => ({
        severity: 'warning',
        code: 'maintenance.problem',
        message,
        remedy: 'Mend that, then rota maintain',
        namespace: maintenanceNamespace,
      }),
    ),
  ];
}

/** Repositories that could not be synchronised; what they declared before is still installed. */
export function checkSync(host: Pick<Host, 'files' | 'stateDir' | 'hostname'>): readonly DoctorFinding[] {
  return listSyncStatus(host).flatMap(({ namespace, repo, outcome, error, failures, syncedAt }): readonly DoctorFinding[] => {
    if (outcome === 'held') {
      return [
        {
          severity: 'info',
          code: 'sync.held',
          message: `A rollback holds namespace ${namespace} until ${repo} moves on.`,
          remedy: `To end it: rota sync --namespace ${namespace} --resume`,
          namespace,
        },
      ];
    }
    if (error === null) return [];
    return [
      {
        severity: 'warning',
        code: 'sync.failing',
        message: `${repo} could not be synchronised (${failures} ${failures === 1 ? 'time' : 'times'} in a row, last well ${syncedAt ?? 'never'}): ${error.message}`,
        remedy: `rota sync --namespace ${namespace}`,
        namespace,
      },
    ];
  });
}
