import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { basename, join } from 'node:path';
import * as v from 'valibot';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { instantText } from '../../run/record/instant-text.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { sendArtifact } from '../artifact.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { interruptible, isInterruption } from '../interruption.ts';
import { recoverBefore } from '../recover-before.ts';
import type { BundleService, BundleSpec } from '../spec/bundle-spec.ts';
import { sshOptions } from '../ssh-command.ts';
import { type AgentConnection, connectAgent } from './agent-connection.ts';
import { beginDeparture, type Departure } from './departure.ts';
import { explainForecast, type Forecast, forecastDowntime } from './forecast.ts';
import { foretellMove } from './foretell-move.ts';
import type { MigrateInput } from './migrate-input.ts';
import { type MigrationPlan, planMigration } from './plan-migration.ts';
import { type PreCopy, preCopy, sendRound } from './pre-copy.ts';
import { digestSchema, type Prepared, preparedSchema, protocolVersion, type Started, startedSchema } from './protocol.ts';
import { timeDumps } from './time-dumps.ts';
import { readTimings, recordTimings } from './timings.ts';
import { refuseMoved } from './tombstone.ts';

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

/** What would move, and what the other machine says to it. */
export interface PlannedMove extends MigrationPlan {
  readonly target: Prepared;
  /** How long it would stand still, as far as that can be told without copying. */
  readonly forecast: Forecast;
}

/** Looks at both ends, foretells the downtime, and changes nothing. @throws ROTA_BUNDLE_TARGET and what {@link migrateBundle} throws before it begins */
export async function planMove(input: MigrateInput): Promise<PlannedMove> {
  refuseMoved(input.host, input.namespace, input.spec);
  const plan = await planMigration(input);
  const agent = connectAgent(input.to, input.remoteCommand ?? 'rota');
  try {
    const target = await agent.ask(prepareRequest(input, plan, randomId(), true), preparedSchema, 60_000);
    return { ...plan, target, forecast: await foretellMove(input, plan) };
  } finally {
    agent.close();
  }
}

/**
 * Moves a service to another machine. Everything is copied while it runs; the downtime is foretold from what that took, and when it would be over
 * the budget nothing is stopped. Then the service is stopped and fenced, what changed is sent, both sides read and compare all of it, and it is
 * started there. When it is well, it stays; else it runs here again, and the other machine is as it was.
 *
 * @throws ROTA_BUNDLE_TARGET, ROTA_BUNDLE_IDENTITY, ROTA_BUNDLE_DECLARATION, ROTA_BUNDLE_BUDGET, ROTA_BUNDLE_MIGRATE, ROTA_BUNDLE_MOVED,
 *   ROTA_INTERRUPTED, ROTA_LOCK_HELD
 */
export async function migrateBundle(input: MigrateInput): Promise<MigrateResult> {
  const { host, namespace, spec, signal } = input;
  openState(host);
  const layout = bundleLayout(host.stateDir, namespace);
  host.files.makeFolder(layout.root, 0o700);
  const locked = (work: () => Promise<MigrateResult>): Promise<MigrateResult> =>
    withLock(host, layout.lock, { purpose: `migrate ${spec.tenant}/${spec.name}`, signal }, work);
  return await interruptible('The migration', signal, 'nothing was stopped', () =>
    locked(async () => {
      const found = await recoverBefore(host, namespace, spec);
      refuseMoved(host, namespace, spec);
      const plan = await planMigration(input);
      input.onProgress?.('look', plan.entries, plan.entries);
      const { artifact, to } = input;
      if (input.withArtifact === true && artifact !== undefined)
        await sendArtifact(host, artifact.path, { host: to.host, sshArgs: sshOptions(to) }, signal);
      const id = randomId();
      const agent = connectAgent(input.to, input.remoteCommand ?? 'rota');
      try {
        const target = await agent.ask(prepareRequest(input, plan, id, false), preparedSchema, 120_000);
        refuseTarget(input, plan, target);
        const moved = await move({ input, plan, agent, target, id, work: join(layout.work, `departure-${id}`) });
        return { ...moved, notes: [...found, ...moved.notes] };
      } finally {
        agent.close();
      }
    }),
  );
}

interface Move {
  readonly input: MigrateInput;
  readonly plan: MigrationPlan;
  readonly agent: AgentConnection;
  readonly target: Prepared;
  readonly id: string;
  readonly work: string;
}

async function move(all: Move): Promise<MigrateResult> {
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
      dumps: await timeDumps(host, namespace, spec),
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

function prepareRequest(input: MigrateInput, plan: MigrationPlan, id: string, dryRun: boolean) {
  const { host, namespace, spec, map, replace, artifact } = input;
  const roots = spec.roots.map((root) => ({ ...root, path: map?.[root.name] ?? root.path }));
  return {
    ask: 'prepare' as const,
    version: protocolVersion,
    id,
    namespace,
    spec: { ...spec, roots },
    bases: Object.fromEntries(plan.roots.map(({ name, path }) => [name, basename(path)])),
    from: host.hostname,
    replace: replace ?? false,
    dryRun,
    // A rehearsal sends nothing, so it is not there yet.
    ...(artifact === undefined || (dryRun && input.withArtifact === true) ? {} : { artifact: artifact.path }),
  };
}

/** @throws ROTA_BUNDLE_TARGET with every problem */
function refuseTarget({ host }: MigrateInput, plan: MigrationPlan, target: Prepared): void {
  const problems = [...target.problems];
  const short = Object.entries(target.free).find(([, free]) => free < plan.bytes * 1.05);
  if (short !== undefined)
    problems.push(`${plan.bytes} bytes are needed for root ${short[0]} on ${target.hostname}, and ${short[1]} are free.`);
  const skewMs = Math.abs(target.nowMs - host.now());
  if (skewMs > 300_000) problems.push(`The clocks are ${Math.round(skewMs / 1000)} s apart; set them by NTP.`);
  const [first] = problems;
  if (first === undefined) return;
  throw new RotaError(
    'ROTA_BUNDLE_TARGET',
    `The service cannot move to ${target.hostname}: ${first}${problems.length > 1 ? ` And ${problems.length - 1} more.` : ''} Nothing was stopped.`,
    {
      issues: problems.map((message) => ({ code: 'ROTA_BUNDLE_TARGET', severity: 'error', message })),
      suggestions: problems.slice(1, 6),
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

function randomId(): string {
  return randomBytes(6).toString('hex');
}
