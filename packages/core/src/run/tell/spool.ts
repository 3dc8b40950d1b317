import { join } from 'node:path';
import type { LaunchFile } from '../../backend/launch-file.ts';
import type { Files } from '../../host/files.ts';
import type { AlertChannel, Checkin } from '../../job/job.ts';
import { digestOf } from '../../state/digest.ts';
import type { NamespaceLayout } from '../../state/layout.ts';
import { isAlive, ownIdentity, type ProcessIdentity } from '../../state/process-identity.ts';
import type { AlertMessage } from './alert-message.ts';
import type { CheckinMessage } from './checkin-message.ts';

/** What a delivery resolves the references of a report with. */
export type ReportSource = Pick<LaunchFile, 'env' | 'secretsFile' | 'workingDir'>;

/** A check-in on its way to its endpoint. */
export interface CheckinReport {
  readonly checkin: Pick<Checkin, 'url' | 'secret' | 'ca' | 'format'>;
  readonly resolve: ReportSource;
  readonly message: CheckinMessage;
}

/** An alert on its way to one channel. */
export interface AlertReport {
  readonly alert: AlertChannel;
  readonly resolve: ReportSource;
  readonly message: AlertMessage;
}

/** What is told of a run. It holds the references of the job, never what they stand for. */
export type Report = CheckinReport | AlertReport;

/** A report that waits for delivery. */
type SpooledReport = Report & {
  readonly formatVersion: 1;
  /** Who delivers it while it lives. */
  readonly owner: ProcessIdentity;
  readonly createdAt: string;
};

/** A report and the file that keeps it until it is delivered; `null` where none could be written. */
export interface WaitingReport {
  readonly path: string | null;
  readonly report: Report;
}

type SpoolFiles = Pick<Files, 'readText' | 'facts' | 'list' | 'write' | 'remove'>;

/** Older ones are dropped: nobody wants to hear of them any more. */
const longestMs = 7 * 86_400_000;
/** What bears an earlier date was written before the machine knew the time, as one without a clock does until it has asked the network. */
const knowsTimeMs = Date.UTC(2025, 0, 1);
const abandonedMs = 3_600_000;
/** The oldest are dropped when an endpoint stays away for ever. */
const mostEntries = 1000;

/**
 * Written before the first try to deliver, so that a runner that is killed loses nothing. The same report at the same instant is one file.
 *
 * @param atMs what it is of: the end of the run, or the moment in it
 * @param createdMs from when on it waits; a run may be told of long after it
 */
export function spoolReport(
  files: SpoolFiles,
  layout: NamespaceLayout,
  report: Report,
  atMs: number,
  createdMs = atMs,
): WaitingReport {
  const path = join(layout.spool, `${String(atMs).padStart(15, '0')}-${nameOf(report)}.json`);
  const whole: SpooledReport = {
    formatVersion: 1,
    owner: ownIdentity(files),
    createdAt: new Date(createdMs).toISOString(),
    ...report,
  };
  files.write(path, `${JSON.stringify(whole)}\n`);
  return { path, report };
}

function nameOf(report: Report): string {
  if ('checkin' in report) return `${report.message.run_id}-${report.message.status}`;
  const { tenant, job_name: job, run_id: id, event } = report.message;
  return `${id ?? `${tenant}.${job}`}-${event}-${digestOf(JSON.stringify(report.alert)).slice(0, 8)}`;
}

/**
 * Reports that nobody alive delivers, the oldest first. Drops what is too old, too much or damaged, and says so; what cannot be read or removed keeps none of
 * the others waiting.
 *
 * @param onProblem told in words what is lost, or in the way
 */
export function waitingReports(
  files: SpoolFiles,
  layout: NamespaceLayout,
  nowMs: number,
  onProblem: (problem: string) => void,
): WaitingReport[] {
  const byItself = <T>(work: () => T): T | undefined => {
    try {
      return work();
    } catch (error) {
      onProblem(`A report that waits is in the way: ${error instanceof Error ? error.message : error}.`);
      return undefined;
    }
  };
  const drop = (name: string): number => {
    const removed = (): number => {
      files.remove(join(layout.spool, name));
      return 1;
    };
    return byItself(removed) ?? 0;
  };
  const all = files.list(layout.spool);
  for (const name of all) if (name.endsWith('.tmp')) byItself(() => dropAbandoned(files, join(layout.spool, name), nowMs));
  const names = all.filter((name) => /^\d{15}-.*\.json$/.test(name));
  const waiting: WaitingReport[] = [];
  let [tooMany, tooOld, damaged] = [0, 0, 0];
  for (const name of names.splice(0, Math.max(0, names.length - mostEntries))) tooMany += drop(name);
  for (const name of names) {
    const path = join(layout.spool, name);
    const text = byItself(() => files.readText(path) ?? null);
    // It is in the way, or was delivered meanwhile.
    if (text === undefined || text === null) continue;
    const report = parseReport(text);
    if (report === undefined) damaged += drop(name);
    else if (isTooOld(Date.parse(report.createdAt), nowMs)) tooOld += drop(name);
    else if (report.owner.pid === process.pid || !isAlive(files, report.owner)) waiting.push({ path, report });
  }
  const lost = [
    [tooMany, `more than ${mostEntries} wait, and they had waited longest`],
    [tooOld, `nobody took them for ${longestMs / 86_400_000} days`],
    [damaged, 'they cannot be understood any more'],
  ] as const;
  for (const [count, why] of lost) if (count > 0) onProblem(`Reports dropped from the spool: ${count}, for ${why}.`);
  return waiting;
}

function isTooOld(createdMs: number, nowMs: number): boolean {
  return createdMs >= knowsTimeMs && nowMs - createdMs > longestMs;
}

/** What a writer that was killed left unfinished. */
function dropAbandoned(files: SpoolFiles, path: string, nowMs: number): void {
  const facts = files.facts(path);
  if (facts !== undefined && nowMs - facts.modifiedMs > abandonedMs) files.remove(path);
}

function parseReport(text: string): SpooledReport | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isSpooled(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isSpooled(value: unknown): value is SpooledReport {
  return (
    typeof value === 'object' &&
    value !== null &&
    'formatVersion' in value &&
    value.formatVersion === 1 &&
    'message' in value &&
    ('checkin' in value || 'alert' in value)
  );
}
