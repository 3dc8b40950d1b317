import type { UpdateReport } from '../report.ts';

/** What a host tells the others, in a file of its own: nobody else writes it, so two hosts never conflict. Instants are ISO 8601 in UTC. */
export interface HostReport {
  readonly formatVersion: 1;
  readonly host: string;
  /** `null` outside rings. */
  readonly ring: string | null;
  readonly at: string;
  readonly status: UpdateReport['status'];
  readonly class: string | null;
  readonly current: string | null;
  readonly lockDigest: string | null;
  readonly rebootNeeded: boolean | null;
  /** Locks that were deployed here and found healthy, and when that was seen first. */
  readonly healthy: readonly LockSighting[];
  /** Locks that were sent back here. */
  readonly bad: readonly (LockSighting & { readonly reason: string })[];
}

export interface LockSighting {
  readonly lockDigest: string;
  readonly at: string;
}

/** What the fleet knows: the hosts' reports, and the text of the locks that they tell of. */
export interface Fleet {
  readonly hosts: readonly HostReport[];
  readonly locks: Readonly<Record<string, string>>;
}

/** As many as fit a season of nights; the oldest are forgotten. */
const most = 120;

/** The report of a host after a run, made from the one before. Pure. */
export function nextHostReport(
  before: HostReport | undefined,
  {
    host,
    ring,
    report,
    current,
    rebootNeeded,
    isBad: isAtFault,
  }: {
    readonly host: string;
    readonly ring: string | null;
    readonly report: UpdateReport;
    readonly current: string | null;
    readonly rebootNeeded: boolean | null;
    /** What was sent back is at fault: it was not a full disk of this host, or its network. */
    readonly isBad: boolean;
  },
): HostReport {
  const digest = report.lockDigest;
  // A boot that is still to come has shown no health.
  const isHealthy = report.status === 'updated' && report.reboot !== 'pending' && report.reboot !== 'scheduled';
  const isBad = digest !== null && isAtFault && (report.status === 'rolled-back' || report.status === 'rollback-failed');
  const sighting = digest === null ? [] : [{ lockDigest: digest, at: report.endedAt }];
  const known = before?.healthy ?? [];
  const isNew = !known.some(({ lockDigest }) => lockDigest === digest);
  return {
    formatVersion: 1,
    host,
    ring,
    at: report.endedAt,
    status: report.status,
    class: report.failure?.class ?? null,
    current,
    lockDigest: isHealthy ? digest : (before?.lockDigest ?? null),
    rebootNeeded,
    healthy: (isBad
      ? known.filter(({ lockDigest }) => lockDigest !== digest)
      : isHealthy && isNew
        ? [...known, ...sighting]
        : known
    ).slice(-most),
    bad: (isBad
      ? [...(before?.bad ?? []), ...sighting.map((one) => ({ ...one, reason: report.failure?.message ?? 'sent back' }))]
      : (before?.bad ?? [])
    ).slice(-most),
  };
}
