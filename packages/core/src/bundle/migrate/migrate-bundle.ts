import { randomBytes } from 'node:crypto';
import { basename, join } from 'node:path';
import { RotaError } from '../../errors/rota-error.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { sendArtifact } from '../artifact.ts';
import { bundleLayout } from '../bundle-layout.ts';
import { interruptible } from '../interruption.ts';
import { recoverBefore } from '../recover-before.ts';
import { sshOptions } from '../ssh-command.ts';
import { connectAgent } from './agent-connection.ts';
import type { Forecast } from './forecast.ts';
import { foretellMove } from './foretell-move.ts';
import type { MigrateInput } from './migrate-input.ts';
import { type MigrateResult, moveService } from './move-service.ts';
import { type MigrationPlan, planMigration } from './plan-migration.ts';
import { type Prepared, preparedSchema, protocolVersion } from './protocol.ts';
import { refuseMoved } from './tombstone.ts';

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
        const moved = await moveService({ input, plan, agent, target, id, work: join(layout.work, `departure-${id}`) });
        return { ...moved, notes: [...found, ...moved.notes] };
      } finally {
        agent.close();
      }
    }),
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

function randomId(): string {
  return randomBytes(6).toString('hex');
}
