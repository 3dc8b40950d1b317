import { createHost, type Host, lockHolder } from '@rota/core';
import { followLink } from '../machine/follow-link.ts';
import { readBootId } from '../machine/read-boot-id.ts';
import { openContext } from '../open-context.ts';
import { type RebootMarker, readRebootMarker } from '../reboot/reboot-marker.ts';
import { type RebootNeed, rebootNeed } from '../reboot/reboot-needed.ts';
import { type BadRevision, readBadRevisions } from '../record/bad-revisions.ts';
import { readReports } from '../record/history.ts';
import { lastLogLines } from '../record/log-file.ts';
import type { UpdateReport } from '../report.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import { usableSettings } from '../settings/usable-settings.ts';
import { type UpdateStatistics, updateStatistics } from './update-statistics.ts';

/** What a status is called with. */
export interface StatusInput {
  /** @default the options of the last update */
  readonly options?: NixUpdateOptions | undefined;
  /** @default this machine and this user */
  readonly host?: Host;
}

/** Where a machine stands with its updates. Instants are ISO 8601 in UTC. */
export interface NixStatus {
  readonly formatVersion: 1;
  readonly host: string;
  readonly kind: 'nixos' | 'home-manager';
  /** Store paths. */
  readonly system: { readonly current: string | null; readonly default: string | null; readonly booted: string | null };
  /** When an update that runs now began. */
  readonly runningSince: string | null;
  /** A run was cut off; the next one ends it. */
  readonly interrupted: boolean;
  readonly last: UpdateReport | null;
  /** The last run after which the machine was up to date. */
  readonly lastGood: string | null;
  readonly reboot: RebootNeed & { readonly marker: RebootMarker | null; readonly verified: boolean };
  readonly badRevisions: readonly BadRevision[];
  readonly statistics: UpdateStatistics;
  /** The last ten lines. */
  readonly log: readonly string[];
}

/** Reads the state and the links of the machine; starts no program and changes nothing. @throws ROTA_CONFIG_NOT_FOUND without options before the first run */
export function updateStatus({ options, host = createHost() }: StatusInput): NixStatus {
  const { context } = openContext(usableSettings({ options, host }), 'manual', host);
  const { layout, system } = context;
  const reports = readReports(host.files, layout.history);
  const marker = readRebootMarker(host.files, layout.reboot);
  const running = lockHolder(host, layout.lock);
  const profile = followLink(host.files, system.profile);
  return {
    formatVersion: 1,
    host: host.hostname,
    kind: system.kind,
    system: {
      current: followLink(host.files, system.current),
      default: profile,
      booted: system.booted === null ? null : followLink(host.files, system.booted),
    },
    runningSince: running?.since ?? null,
    interrupted: running === null && host.files.facts(layout.journal) !== undefined,
    last: reports.at(-1) ?? null,
    lastGood: reports.findLast(({ status }) => status === 'updated' || status === 'unchanged')?.endedAt ?? null,
    reboot: {
      ...rebootNeed(host.files, system, profile),
      marker,
      verified: marker === null || marker.bootId === readBootId(host.files),
    },
    badRevisions: readBadRevisions(host.files, layout.badRevisions),
    statistics: updateStatistics(reports),
    log: lastLogLines(host.files, layout.log, 10),
  };
}
