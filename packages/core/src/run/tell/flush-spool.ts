import { join } from 'node:path';
import { type Attempt, tryHold } from '../admit/exclusive.ts';
import { type DeliveryContext, deliver } from './deliver-report.ts';
import { type Report, type WaitingReport, waitingReports } from './spool.ts';

/** Bound of a whole flush, and of the wait for another one. */
const flushMs = 10_000;
const lookEveryMs = 100;

/** What a flush has done. */
interface Flushed {
  readonly sent: number;
  readonly left: number;
  /** Those of our own that were tried in vain, and why. */
  readonly failed: readonly { readonly report: Report; readonly reason: string }[];
  /** What was lost from the spool or is in the way there, in words. */
  readonly problems: readonly string[];
}

/**
 * Delivers our own reports and what else waits in the namespace's spool. Each endpoint gets the oldest first, until one fails or the time is up: who
 * judges by what came last must not hear of an earlier run after a later one. One process at a time does it.
 *
 * @param own are tried at once, whatever other endpoints do, and also where the spool cannot be held or read
 */
export async function flushSpool(context: DeliveryContext, own: readonly WaitingReport[] = []): Promise<Flushed> {
  const { files, layout } = context;
  // A look without the lock, for nearly always nothing waits.
  if (own.length === 0 && files.list(layout.spool).length === 0) return { sent: 0, left: 0, failed: [], problems: [] };
  const problems = new Set<string>();
  const look = (): readonly WaitingReport[] => othersThan(own, context, problems);
  let attempt: Attempt | undefined;
  try {
    let others: readonly WaitingReport[] = [];
    try {
      attempt = await holdSpool(context, own, look);
      if (attempt.held) others = look();
    } catch (error) {
      // A full disk keeps nobody from being told.
      if (own.length === 0) throw error;
    }
    const flushed = { ...(await deliverInOrder(context, own, others)), problems: [...problems] };
    return attempt?.held === false && own.length === 0 ? { ...flushed, left: files.list(layout.spool).length } : flushed;
  } finally {
    if (attempt?.held) attempt.release();
  }
}

/** Another flush is waited for only where it sends what has to arrive before ours. */
async function holdSpool(
  context: DeliveryContext,
  own: readonly WaitingReport[],
  look: () => readonly WaitingReport[],
): Promise<Attempt> {
  const { files, layout } = context;
  const deadline = performance.now() + flushMs;
  const endpoints = new Set(own.map(({ report }) => endpointOf(report)));
  for (;;) {
    const attempt = tryHold(files, join(layout.runLocks, 'spool'));
    if (attempt.held || performance.now() > deadline) return attempt;
    if (!look().some(({ report }) => endpoints.has(endpointOf(report)))) return attempt;
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

function othersThan(
  own: readonly WaitingReport[],
  { files, layout }: DeliveryContext,
  problems: Set<string>,
): readonly WaitingReport[] {
  const paths = new Set(own.map(({ path }) => path));
  return waitingReports(files, layout, Date.now(), (problem) => void problems.add(problem)).filter(
    ({ path }) => !paths.has(path),
  );
}

async function deliverInOrder(
  context: DeliveryContext,
  own: readonly WaitingReport[],
  others: readonly WaitingReport[],
): Promise<Omit<Flushed, 'problems'>> {
  const deadline = performance.now() + flushMs;
  const ours = new Set(own);
  const failed: { report: Report; reason: string }[] = [];
  let sent = 0;
  const deliverTo = async (waiting: readonly WaitingReport[]): Promise<void> => {
    let state: 'there' | 'doubtful' | 'away' = 'there';
    for (const one of waiting) {
      const isOurs = ours.has(one);
      // One endpoint that is away is not asked once for each message; but an old message that it will not take does not keep it from the new ones.
      if (isOurs ? state === 'away' : state !== 'there' || performance.now() > deadline) continue;
      const result = await deliver(context, one);
      if (result.ok) {
        sent += 1;
        continue;
      }
      state = 'checkin' in one.report && !result.answered ? 'away' : 'doubtful';
      if (isOurs) failed.push({ report: one.report, reason: result.reason });
    }
  };
  const groups = byEndpoint([...others, ...own]);
  const isUrgent = (group: readonly WaitingReport[]): boolean => group.some((one) => ours.has(one));
  await Promise.all(groups.filter(isUrgent).map(deliverTo));
  for (const group of groups) if (!isUrgent(group)) await deliverTo(group);
  return { sent, left: own.length + others.length - sent, failed };
}

/** The reports of each endpoint, the oldest first. */
function byEndpoint(waiting: readonly WaitingReport[]): readonly (readonly WaitingReport[])[] {
  const groups = new Map<string, WaitingReport[]>();
  for (const one of [...waiting].sort(byAge)) {
    const endpoint = endpointOf(one.report);
    groups.set(endpoint, [...(groups.get(endpoint) ?? []), one]);
  }
  return [...groups.values()];
}

/** The names in the spool begin with the instant; what could not be put there is the newest. */
function byAge(a: WaitingReport, b: WaitingReport): number {
  if (a.path === null || b.path === null) return Number(a.path === null) - Number(b.path === null);
  return a.path < b.path ? -1 : Number(a.path > b.path);
}

/** With all that it is reached by: what waits because its declaration was wrong does not keep the mended one waiting. */
function endpointOf(report: Report): string {
  return JSON.stringify('checkin' in report ? report.checkin : report.alert);
}
