import { rmSync } from 'node:fs';
import * as v from 'valibot';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { instantText } from '../../run/record/instant-text.ts';
import { isInterruption } from '../interruption.ts';
import type { BundleService, BundleSpec } from '../spec/bundle-spec.ts';
import type { AgentConnection } from './agent-connection.ts';
import { beginDeparture, type Departure } from './departure.ts';
import { explainForecast, type Forecast, forecastDowntime } from './forecast.ts';
import type { MigrateInput } from './migrate-input.ts';
import type { MigrationPlan } from './plan-migration.ts';
import { type PreCopy, preCopy, sendRound } from './pre-copy.ts';
import { digestSchema, type Prepared, type Started, startedSchema } from './protocol.ts';
import { timeDumps } from './time-dumps.ts';
import { readTimings, recordTimings } from './timings.ts';

/** What a migration did. */
export interface MigrateResult {
  readonly id: string;
  readonly to: string;
  readonly entries: number;
  readonly bytes: number;
  readonly rounds: PreCopy['rounds'];
  readonly forecast: Forecast;
  /** From the first stop until the service was well on the other machine. */
  readonly downtimeMs: number;
  readonly treeDigest: string;
  readonly stopped: readonly string[];
  readonly notes: readonly string[];
}

/** Both ends, once the other machine has agreed. */
export interface Move {
  readonly input: MigrateInput;
  readonly plan: MigrationPlan;
  readonly agent: AgentConnection;
  readonly target: Prepared;
  readonly id: string;
  readonly work: string;
}

/**
 * Copies while the service runs, and, when the forecast fits the budget, stops it here, sends the rest and starts it there. When it is not well there,
 * it runs here again.
 *
 * @throws ROTA_BUNDLE_BUDGET, ROTA_BUNDLE_MIGRATE, ROTA_INTERRUPTED
 */
export async function moveService(all: Move): Promise<MigrateResult> {
  const { input, plan, agent, target, id, work } = all;
  const { host, spec, namespace } = input;
  const { copied, forecast } = await prepare(all);
  const wake = await runningOf(host, spec);
  const departure = await beginDeparture(host, spec, {
    work,
    wake,
    namespace,
    place: input.to,
    verdict: target.verdict,
    tombstone: { id, tenant: spec.tenant, name: spec.name, to: target.hostname, at: instantText(Math.floor(host.now() / 1000)) },
  });
  const since = host.now();
  try {
    const { started, treeDigest, stopMs } = await transfer(all, departure, copied, wake, since);
    const downtimeMs = host.now() - since;
    input.onProgress?.('commit', 0, 1);
    input.signal?.throwIfAborted();
    departure.note('asked');
    const verdict = await agent.ask({ ask: 'commit' }, v.string(), 120_000);
    if (verdict !== 'committed') throw new RotaError('ROTA_BUNDLE_MIGRATE', `${target.hostname} gave the service back.`);
    departure.finish();
    const { startMs: start, healthMs: health, reissueMs: reissue } = started;
    recordTimings(host, namespace, spec, { stop: stopMs, start, health, ...(spec.hooks.reissue.length > 0 ? { reissue } : {}) });
    return {
      id,
      to: target.hostname,
      entries: plan.entries,
      bytes: plan.bytes,
      rounds: copied.rounds,
      forecast,
      downtimeMs,
      treeDigest,
      stopped: wake.map(({ name }) => name),
      notes: [...plan.notes, ...target.notes],
    };
  } catch (cause) {
    return await stayHere(all, departure, cause, wake);
  }
}

/** Everything is copied and the downtime foretold, while the service runs. @throws ROTA_BUNDLE_BUDGET */
async function prepare(all: Move): Promise<{ readonly copied: PreCopy; readonly forecast: Forecast }> {
  const { input, agent, work } = all;
  const { host, spec, namespace } = input;
  host.files.makeFolder(work, 0o700);
  try {
    const copied = await preCopy({ ...all, place: input.to });
    const forecast = forecastDowntime({
      budgetMs: spec.downtimeBudgetMs,
      ...copied.last,
      hashBytesPerSecond: copied.hashBytesPerSecond,
      reissues: spec.hooks.reissue.length,
      dumps: await timeDumps(host, namespace, spec, input.signal),
      sendBytesPerSecond: paceOf(copied.rounds),
      earlier: readTimings(host, namespace, spec),
    });
    if (forecast.fits) return { copied, forecast };
    await agent.ask({ ask: 'rollback' }, v.string(), 120_000);
    throw overBudget(forecast);
  } catch (error) {
    rmSync(work, { recursive: true, force: true });
    throw error;
  }
}

/** Of the line, in the round that sent most. */
function paceOf(rounds: PreCopy['rounds']): number {
  const [{ sentBytes, sendMs } = { sentBytes: 0, sendMs: 0 }] = [...rounds].sort((a, b) => b.sentBytes - a.sentBytes);
  return sendMs > 0 ? (sentBytes * 1000) / sendMs : 0;
}

/** From the stop to a service that is well on the other machine. */
async function transfer(
  { input, plan, agent, target, work }: Move,
  departure: Departure,
  copied: PreCopy,
  wake: readonly BundleService[],
  since: number,
): Promise<{ readonly started: Started; readonly treeDigest: string; readonly stopMs: number }> {
  const { host, spec } = input;
  input.onProgress?.('stop', 0, wake.length);
  for (const { name, stop } of wake) await stopService(host, spec, name, stop);
  const stopMs = host.now() - since;
  input.onProgress?.('delta', 0, 1);
  await sendRound({ input, plan, agent, target, work, place: input.to, before: copied.scanned, live: false });
  input.onProgress?.('check', 0, 1);
  const [here, there] = await Promise.all([copied.digestHere(), agent.ask({ ask: 'digest' }, digestSchema)]);
  if (here.treeDigest !== there.treeDigest)
    throw new RotaError(
      'ROTA_BUNDLE_MISMATCH',
      `What arrived is not what was sent: ${here.entries} entries with ${here.bytes} bytes here, ${there.entries} with ${there.bytes} there.`,
    );
  input.signal?.throwIfAborted();
  input.onProgress?.('start', 0, 1);
  departure.note('starting');
  const left = spec.downtimeBudgetMs - (host.now() - since);
  const healthMs = Math.max(1_000, Math.min(spec.healthTimeoutMs, left));
  const started = await agent.ask({ ask: 'start', services: wake.map(({ name }) => name), healthMs }, startedSchema);
  return { started, treeDigest: here.treeDigest, stopMs };
}

async function stayHere(
  { input, agent, target }: Move,
  departure: Departure,
  cause: unknown,
  wake: readonly BundleService[],
): Promise<MigrateResult> {
  const undone = await agent.ask({ ask: 'rollback' }, v.string(), 60_000).then(
    (verdict) => verdict === 'undone',
    () => false,
  );
  const why = cause instanceof Error ? cause.message : String(cause);
  const verdict = await departure.giveUp(undone);
  const where =
    verdict === 'committed'
      ? `${input.spec.name} runs on ${target.hostname} all the same`
      : wake.length === 0
        ? 'everything is as it was before'
        : `${wake.map(({ name }) => name).join(', ')} ${wake.length === 1 ? 'runs' : 'run'} here again`;
  const isOver = isInterruption(cause, input.signal);
  const how = isOver ? 'was interrupted' : 'failed';
  throw new RotaError(
    isOver ? 'ROTA_INTERRUPTED' : 'ROTA_BUNDLE_MIGRATE',
    `The migration to ${target.hostname} ${how}, and ${where}: ${why}`,
    {
      cause,
      suggestions: isRotaError(cause) ? cause.suggestions : [],
    },
  );
}

function overBudget(forecast: Forecast): RotaError {
  const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`;
  const lines = explainForecast(forecast);
  return new RotaError(
    'ROTA_BUNDLE_BUDGET',
    `The service would stand still for ${seconds(forecast.totalMs)}, and its budget is ${seconds(forecast.budgetMs)}: ${lines[0] ?? ''}. Nothing was stopped.`,
    {
      issues: lines.map((message) => ({ code: 'ROTA_BUNDLE_BUDGET', severity: 'error', message })),
      suggestions: ['Raise `state.downtimeBudget`, or move when less is written.', ...lines.slice(1)],
    },
  );
}

async function runningOf(host: Host, spec: BundleSpec): Promise<readonly BundleService[]> {
  const running: BundleService[] = [];
  for (const service of spec.services) {
    const [file = '', ...args] = service.running;
    if ((await host.run({ file, args, timeoutMs: spec.hookTimeoutMs })).exitCode === 0) running.push(service);
  }
  return running;
}

async function stopService(host: Host, spec: BundleSpec, name: string, [file = '', ...args]: readonly string[]): Promise<void> {
  const { exitCode, signal, stderr } = await host.run({ file, args, timeoutMs: spec.hookTimeoutMs });
  if (exitCode !== 0)
    throw new RotaError(
      'ROTA_BUNDLE_HOOK',
      `Stopping ${name} failed: ${file} ended with ${exitCode ?? signal} (${stderr.trim().slice(0, 300)})`,
    );
}
