import { join } from 'node:path';
import type { BundleRecovery } from '../bundle/recover-bundles.ts';
import type { Host } from '../host/host.ts';
import { parseState } from '../state/namespace-record.ts';

/** What maintenance did for one namespace. */
export interface MaintainedNamespace {
  readonly namespace: string;
  /** Captures and restores that had been cut off, and what became of them. */
  readonly bundles: readonly BundleRecovery[];
  /** Jobs whose horizon or zone data was renewed, `tenant/name`. */
  readonly renewed: readonly string[];
  /** Check-ins that were sent, and those that still wait. */
  readonly sent: number;
  readonly waiting: number;
  /** Jobs of which a fire time was missed, and whose alert channels were told. */
  readonly missed: readonly string[];
  /** Files of old run records that were dropped. */
  readonly dropped: readonly string[];
  readonly problems: readonly string[];
}

/** The last maintenance. */
export interface MaintenanceReport {
  readonly formatVersion: 1;
  /** `YYYY-MM-DDTHH:MM:SSZ` */
  readonly ranAt: string;
  readonly ok: boolean;
  readonly namespaces: readonly MaintainedNamespace[];
  /** The latest fire time of each job that was told as missed, in seconds, so that each is told once. */
  readonly told: Readonly<Record<string, number>>;
}

/** `null` before the first one. @throws ROTA_STATE_DAMAGED */
export function readMaintenance(host: Pick<Host, 'files' | 'stateDir'>): MaintenanceReport | null {
  const file = maintenanceReportFile(host);
  const text = host.files.readText(file);
  return text === undefined
    ? null
    : parseState<MaintenanceReport>(text, file, {
        isWhole: ({ ranAt, namespaces }) => typeof ranAt === 'string' && Array.isArray(namespaces),
        otherwise: 'Write it anew: rota maintain',
      });
}

export function maintenanceReportFile({ stateDir }: Pick<Host, 'stateDir'>): string {
  return join(stateDir, 'maintenance.json');
}
