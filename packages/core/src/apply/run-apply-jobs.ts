import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { tryHold } from '../run/admit/exclusive.ts';
import { readRecords } from '../run/record/read-records.ts';
import type { RunRecord } from '../run/record/run-record.ts';
import { canonicalJson, digestOf } from '../state/digest.ts';
import { namespaceLayout, stateLayout } from '../state/layout.ts';
import { parseState } from '../state/namespace-record.ts';

/** What became of one `on: apply` job. */
export interface ApplyJobResult {
  readonly tenant: string;
  readonly name: string;
  /** `waiting`: a job that it comes after has not ended well. */
  readonly status: RunRecord['status'] | 'waiting';
  readonly runId: string | null;
  readonly exitCode: number | null;
  readonly reason: string | null;
}

export interface RunApplyJobsInput {
  readonly host: Host;
  readonly namespace: string;
  /** All entries of the generation that is installed now. */
  readonly entries: readonly PlannedEntry[];
  readonly onStart?: ((job: { readonly tenant: string; readonly name: string }) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Digest of the declaration that last ended well, by `tenant/name`. */
type Done = Readonly<Record<string, string>>;

/**
 * Runs the `on: apply` jobs whose declaration has not ended well yet, each after those that it names, through the launcher: with the same records as every
 * run. The caller has recorded the generation and holds no lock. One that fails is tried again by the next apply; what comes after it waits.
 *
 * @returns what was run or waits; empty when everything is done, or another apply is at it
 */
export async function runApplyJobs(input: RunApplyJobsInput): Promise<readonly ApplyJobResult[]> {
  const { host, namespace } = input;
  const jobs = inOrder(input.entries.filter(({ job }) => job.trigger.kind === 'apply'));
  if (jobs.length === 0) return [];
  const layout = namespaceLayout(host.stateDir, namespace);
  const file = join(layout.root, 'apply-jobs.json');
  const isDone = (done: Done, { job }: PlannedEntry): boolean => done[printJobKey(job)] === contentDigest(job);
  if (jobs.every((entry) => entry.job.paused || isDone(readDone(host, file), entry))) return [];
  const attempt = tryHold(host.files, join(layout.runLocks, 'apply-jobs'));
  if (!attempt.held) return [];
  try {
    const results: ApplyJobResult[] = [];
    for (const entry of jobs) {
      const { job } = entry;
      const done = readDone(host, file);
      if (job.paused || isDone(done, entry) || input.signal?.aborted) continue;
      const first = job.trigger.kind === 'apply' ? job.trigger.after : [];
      const unmet = first.find((key) => {
        const before = jobs.find((candidate) => printJobKey(candidate) === printJobKey(key));
        return before !== undefined && !isDone(done, before);
      });
      if (unmet !== undefined) {
        const reason = `${printJobKey(unmet)}, which comes before it, has not ended well.`;
        results.push({ tenant: job.tenant, name: job.name, status: 'waiting', runId: null, exitCode: null, reason });
        continue;
      }
      input.onStart?.({ tenant: job.tenant, name: job.name });
      const result = await runOne(input, entry);
      results.push(result);
      if (result.status === 'success') {
        const declared = new Set(jobs.map((candidate) => printJobKey(candidate)));
        const kept = Object.entries(done).filter(([key]) => declared.has(key));
        host.files.write(file, `${JSON.stringify({ ...Object.fromEntries(kept), [printJobKey(job)]: contentDigest(job) })}\n`);
      }
    }
    return results;
  } finally {
    attempt.release();
  }
}

async function runOne({ host, namespace }: RunApplyJobsInput, entry: PlannedEntry): Promise<ApplyJobResult> {
  const layout = namespaceLayout(host.stateDir, namespace);
  const key = printJobKey(entry);
  const { tenant, name } = entry;
  const newest = (): RunRecord | undefined => readRecords(layout, { only: new Set([key]) }).next().value ?? undefined;
  const before = newest()?.runId;
  const { launcher } = stateLayout(host.stateDir, host.platform);
  // That a job cannot be started is its failure, not that of the apply.
  const { exitCode, stderr } = await host
    .run({ file: launcher, args: [join(layout.launchFiles, entry.launchFile ?? ''), '--event', 'apply'] })
    .catch((error: unknown) => ({ exitCode: null, stderr: error instanceof Error ? error.message : String(error) }));
  const record = newest();
  if (record !== undefined && record.runId !== before) {
    return { tenant, name, status: record.status, runId: record.runId, exitCode: record.exitCode, reason: record.reason };
  }
  const reason = stderr.trim().split('\n').at(-1) || 'It left no record.';
  return { tenant, name, status: 'failure', runId: null, exitCode, reason };
}

/** Every job after those that it names; otherwise in the order of their names. Declarations have no cycles. */
function inOrder(entries: readonly PlannedEntry[]): readonly PlannedEntry[] {
  const byKey = new Map(entries.map((entry) => [printJobKey(entry), entry]));
  const ordered = new Set<PlannedEntry>();
  const entered = new Set<PlannedEntry>();
  const visit = (entry: PlannedEntry): void => {
    if (entered.has(entry)) return;
    entered.add(entry);
    for (const key of entry.job.trigger.kind === 'apply' ? entry.job.trigger.after : []) {
      const before = byKey.get(printJobKey(key));
      if (before !== undefined) visit(before);
    }
    ordered.add(entry);
  };
  for (const key of [...byKey.keys()].sort()) {
    const entry = byKey.get(key);
    if (entry !== undefined) visit(entry);
  }
  return [...ordered];
}

/** Of what is declared, without where and without the order among others: those change nothing of what the job does. */
function contentDigest({ source: _source, trigger: _trigger, ...content }: Job): string {
  return digestOf(canonicalJson(content));
}

function readDone(host: Host, file: string): Done {
  const text = host.files.readText(file);
  return text === undefined
    ? {}
    : parseState<Done>(text, file, { otherwise: `Remove ${file}: the \`on: apply\` jobs then run once more.` });
}
