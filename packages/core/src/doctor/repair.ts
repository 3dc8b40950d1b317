import { installedEntries, installedGeneration } from '../apply/installed-entries.ts';
import { ensureMaintenance } from '../apply/maintenance-job.ts';
import { maintenanceNamespace } from '../apply/maintenance-namespace.ts';
import { recoverNamespace } from '../apply/recover-namespace.ts';
import type { Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { type CommandPlace, installCommand } from '../run/launch/install-command.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import { repairState } from './repair-state.ts';

export interface RepairInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly namespaces: readonly string[];
  /** The command line to record. */
  readonly command?: CommandPlace | undefined;
  /** Makes one step; one that fails keeps none of the others from being made. */
  readonly step: <T>(work: () => T | Promise<T>, otherwise: T) => Promise<T>;
}

/** Mends what can be mended without a declaration. @returns what was mended, in words */
export async function repair({ host, backends, namespaces, command, step }: RepairInput): Promise<readonly string[]> {
  const repaired: string[] = [];
  if (namespaces.length === 0) return repaired;
  repaired.push(...(await step(() => installLauncher(host), [])));
  for (const namespace of namespaces) {
    repaired.push(...(await step(() => repairState(host, namespace), [])));
    const recovery = await step(() => recoverNamespace(host, backends, namespace), null);
    if (recovery === null) continue;
    const { startedAt, outcome, leftOff } = recovery;
    repaired.push(`the apply of ${startedAt} in namespace ${namespace} (${[outcome, ...leftOff].join('; ')})`);
  }
  if (command === undefined) return repaired;
  if (namespaces.some((name) => name === maintenanceNamespace || name === 'rota-sync'))
    repaired.push(...(await step(() => installCommand(host, command), [])));
  const maintained = await step(() => repairMaintenance(host, backends, namespaces, command), false);
  return maintained ? [...repaired, 'the maintenance job'] : repaired;
}

async function repairMaintenance(
  host: Host,
  backends: readonly Backend[],
  namespaces: readonly string[],
  command: CommandPlace,
): Promise<boolean> {
  const [backend] = namespaces.flatMap((namespace) => installedEntries(host, namespace)).map((entry) => entry.backend);
  if (backend === undefined) return false;
  const before = installedGeneration(host, maintenanceNamespace)?.number;
  await ensureMaintenance({ host, backends, backend, command, takeOver: true });
  return installedGeneration(host, maintenanceNamespace)?.number !== before;
}
