import { type Host, quoteCommandLine } from '@rota/core';
import type { FailureClass } from '../failure.ts';
import { succeeded, type UpdateReport } from '../report.ts';
import type { Settings } from '../settings/options-schema.ts';
import { heldUpInARow, patience } from './held-up.ts';

export interface NotifyInput {
  readonly host: Host;
  readonly settings: Pick<Settings, 'notify'>;
  readonly report: UpdateReport;
  /** Reports of earlier runs, oldest first. */
  readonly earlier: readonly UpdateReport[];
}

/** Mend themselves most nights: told from the third night in a row on. */
const transient: ReadonlySet<FailureClass> = new Set(['network', 'stale', 'timeout']);
const timeoutMs = 10_000;

/** Tells people about a failure, about another switch that holds up run after run, and about the first success after one that they were told of. Answers what went wrong, or `null`. */
export async function notify({ host, settings, report, earlier }: NotifyInput): Promise<string | null> {
  const { webhook, command } = settings.notify;
  if ((webhook === undefined && command === undefined) || !isNews(report, earlier)) return null;
  const message = {
    event: succeeded(report) && report.status !== 'deferred' ? 'recovery' : 'failure',
    host: host.hostname,
    status: report.status,
    class: report.failure?.class ?? null,
    text: sentence(host.hostname, report),
    report,
  };
  const body = `${JSON.stringify(message)}\n`;
  const problems = await Promise.all([
    webhook === undefined ? null : post(webhook, body),
    command === undefined ? null : pipe(host, command, body, message.text),
  ]);
  return problems.filter((problem) => problem !== null).join(' ') || null;
}

/** Whether a report is worth waking somebody. Pure. */
export function isNews(report: UpdateReport, earlier: readonly UpdateReport[]): boolean {
  if (report.status === 'deferred') return heldUpInARow([...earlier, report]) >= patience;
  if (succeeded(report)) return wasTold(earlier);
  return isSerious(report) || nightsInARow([...earlier, report]) >= patience;
}

function isSerious({ status, failure }: UpdateReport): boolean {
  return status !== 'failed' || failure === null || !transient.has(failure.class);
}

/** Whether what this success ends was serious or long enough to have been told. */
function wasTold(earlier: readonly UpdateReport[]): boolean {
  const lastGood = earlier.findLastIndex((report) => succeeded(report) && report.status !== 'deferred');
  const since = earlier.slice(lastGood + 1);
  const failures = since.filter((report) => !succeeded(report));
  const heldUp = since.some((_, index) => heldUpInARow(since.slice(0, index + 1)) >= patience);
  return failures.some(isSerious) || failures.length >= patience || heldUp;
}

function nightsInARow(reports: readonly UpdateReport[]): number {
  const lastGood = reports.findLastIndex(succeeded);
  return reports.length - lastGood - 1;
}

function sentence(hostname: string, { kind, status, failure, step }: UpdateReport): string {
  const where = step === null ? '' : ` in the step ${step}`;
  return `The Nix ${kind} on ${hostname} ended as ${status}${where}${failure === null ? '.' : ` (${failure.class}): ${failure.message}`}`;
}

async function post(url: string, body: string): Promise<string | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return response.ok ? null : `The notice was not taken: the webhook answered ${response.status}.`;
  } catch {
    // The address may hold a token: it is not repeated.
    return 'The notice could not be sent: the webhook was not reached.';
  }
}

/** A mail program, or anything that reads its input. */
async function pipe(host: Host, [file = '', ...args]: readonly string[], input: string, text: string): Promise<string | null> {
  const what = `The notice command ${quoteCommandLine([file, ...args])}`;
  try {
    const { exitCode } = await host.run({ file, args, input, timeoutMs, env: { ROTA_ALERT_TEXT: text } });
    return exitCode === 0 ? null : `${what} ended with status ${exitCode ?? 'a signal'}.`;
  } catch (error) {
    return `${what} could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}
