import { nearest } from '../../errors/nearest.ts';
import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { withLock } from '../../state/lock.ts';
import { openState } from '../../state/state-format.ts';
import { findTarget, type PlanTargetsInput, planTargets } from '../plan/plan-targets.ts';
import type { PlannedTarget } from '../plan/target-plan.ts';
import type { Target } from '../target.ts';
import { targetLayout } from '../target-layout.ts';
import { changeTargetRecord, type DeployedRecord, readTargetRecords, recordKey } from '../target-records.ts';
import { commandDeployer } from './command-deployer.ts';
import type { Deployer, DeployRequest } from './deployer.ts';
import { dockerDeployer } from './docker-deployer.ts';
import type { TargetDeployment, TargetDeployments } from './target-deployment.ts';

/** What {@link deployTargets} is given; see there. */
export interface DeployTargetsInput extends Omit<PlanTargetsInput, 'since' | 'all' | 'only'> {
  /** By mode; those of plugins. `docker` and `command` are there always. */
  readonly deployers?: Readonly<Record<string, Deployer>> | undefined;
  /** Says what would be done, and does nothing. @default false */
  readonly dryRun?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Called before each deployment. */
  readonly onProgress?: (target: Pick<PlannedTarget, 'name' | 'system'>) => void;
}

const ownDeployers: Readonly<Record<string, Deployer>> = { docker: dockerDeployer, command: commandDeployer };

/**
 * Deploys what was built and does not run where it should, one target after the other, and records it. A target whose sources have changed
 * since it was built is not deployed. One that fails keeps no other from being deployed.
 *
 * @throws what {@link planTargets} throws; ROTA_TARGET_DEPLOY for a mode that nobody deploys
 */
export async function deployTargets(input: DeployTargetsInput): Promise<TargetDeployments> {
  const { host, targets, dryRun = false } = input;
  const deployers = { ...ownDeployers, ...input.deployers };
  const plan = await planTargets(input);
  const wanted = plan.targets.filter(({ host: on, attr }) => on !== null && attr !== null);
  for (const { name } of wanted) deployerOf(deployers, findTarget(targets, name));
  if (!dryRun) openState(host);
  const results: TargetDeployment[] = [];
  for (const one of wanted) {
    input.onProgress?.(one);
    results.push(await deployOne(input, one, deployerOf(deployers, findTarget(targets, one.name))));
  }
  return { formatVersion: 1, dryRun, targets: results };
}

function deployerOf(deployers: Readonly<Record<string, Deployer>>, { name, deployment, source }: Target): Deployer {
  const mode = deployment?.mode ?? '';
  const found = Object.hasOwn(deployers, mode) ? deployers[mode] : undefined;
  if (found !== undefined) return found;
  const known = Object.keys(deployers);
  const near = nearest(mode, known);
  throw new RotaError(
    'ROTA_TARGET_DEPLOY',
    `Target "${name}" is deployed by "${mode}", which is not known; there are ${known.join(', ')}.`,
    {
      place: source,
      suggestions: near === undefined ? [] : [`mode: ${near}`],
    },
  );
}

async function deployOne(input: DeployTargetsInput, one: PlannedTarget, deployer: Deployer): Promise<TargetDeployment> {
  const { host, namespace, targets, signal, dryRun = false } = input;
  const { name, system } = one;
  const target = findTarget(targets, name);
  const { deployment } = target;
  const on = one.host ?? host.hostname;
  const built = readTargetRecords(host, namespace).get(recordKey(one))?.built;
  const result = (status: TargetDeployment['status'], more: Partial<TargetDeployment> = {}): TargetDeployment => ({
    name,
    system,
    host: on,
    mode: deployment?.mode ?? '',
    artifact: built?.artifact ?? null,
    status,
    steps: [],
    failure: null,
    ...more,
  });
  if (deployment === undefined || built === null || built === undefined || one.rebuild) return result('needs-build');
  const { artifact, revision } = built;
  const request: DeployRequest = { host, target, deployment, on, system, artifact, revision, signal };
  try {
    const there = await deployer.deployed(request);
    if (there === artifact || (there === undefined && !one.deploy)) {
      if (one.deploy && !dryRun)
        await recordDeployed(input, one, { host: on, artifact, revision, by: 'rota', interrupted: false });
      return result('current');
    }
    const steps = await deployer.plan(request);
    if (dryRun) return result('planned', { steps });
    await deployUnderLock(input, one, deployer, request);
    return result('deployed', { steps });
  } catch (error) {
    const ways = isRotaError(error) ? error.suggestions : [];
    return result('failed', { failure: [error instanceof Error ? error.message : String(error), ...ways].join(' ') });
  }
}

/** A deployment that is cut off is on record as begun, so that the next plan deploys again. */
async function deployUnderLock(
  input: DeployTargetsInput,
  one: PlannedTarget,
  deployer: Deployer,
  request: DeployRequest,
): Promise<void> {
  const { host, namespace, signal } = input;
  const { on, artifact, revision, deployment } = request;
  const layout = targetLayout(host.stateDir, namespace);
  const lock = { purpose: `deploy ${one.name}`, waitMs: deployment.timeoutMs, signal };
  const before = readTargetRecords(host, namespace)
    .get(recordKey(one))
    ?.deployed.find((record) => record.host === on);
  const record = { host: on, artifact, revision, by: 'rota' } as const;
  await withLock(host, layout.buildLock(one.name, one.system), lock, async () => {
    await recordDeployed(input, one, { ...record, interrupted: true });
    try {
      await deployer.deploy(request);
    } catch (error) {
      const there = await deployer.deployed({ ...request, signal: undefined }).catch(() => undefined);
      if (before !== undefined && there === before.artifact) await recordDeployed(input, one, before);
      throw error;
    }
    await recordDeployed(input, one, { ...record, interrupted: false });
    // What runs is not collected, also after the next build. An artifact that is not in a store of this machine needs no keeping.
    const keep = ['--realise', artifact, '--add-root', layout.keep(one.name, one.system, 'deployed'), '--indirect'];
    host.files.makeFolder(layout.keepFolder);
    await host.run({ file: 'nix-store', args: keep, timeoutMs: 60_000 }).catch(() => undefined);
  });
}

async function recordDeployed(
  { host, namespace }: Pick<DeployTargetsInput, 'host' | 'namespace'>,
  { name, system }: Pick<PlannedTarget, 'name' | 'system'>,
  record: Omit<DeployedRecord, 'at'>,
): Promise<void> {
  const at = new Date(host.now()).toISOString();
  await changeTargetRecord(host, namespace, { name, system }, ({ deployed, ...rest }) => ({
    ...rest,
    deployed: [...deployed.filter((other) => other.host !== record.host), { ...record, at }].toSorted((a, b) =>
      a.host < b.host ? -1 : 1,
    ),
  }));
}

/** What {@link markDeployed} has recorded. */
export interface MarkedDeployment {
  readonly formatVersion: 1;
  readonly name: string;
  readonly system: string;
  readonly host: string;
  readonly artifact: string;
}

/** Records what was deployed by hand, which is how the plan knows. @throws ROTA_TARGET_UNKNOWN, ROTA_TARGET_NOT_BUILT */
export async function markDeployed(input: {
  readonly host: Host;
  readonly namespace: string;
  readonly targets: readonly Target[];
  readonly name: string;
  readonly system: string;
  /** @default what was built last */
  readonly artifact?: string | undefined;
  /** @default the host that the target declares, else this one */
  readonly on?: string | undefined;
}): Promise<MarkedDeployment> {
  const { host, namespace, targets, name, system } = input;
  const target = findTarget(targets, name);
  openState(host);
  const built = readTargetRecords(host, namespace).get(recordKey({ name, system }))?.built;
  const artifact = input.artifact ?? built?.artifact;
  if (artifact === undefined) {
    throw new RotaError('ROTA_TARGET_NOT_BUILT', `Nothing that was built is recorded for ${name} on ${system}.`, {
      suggestions: [`rota targets build ${name}`, 'Name what was deployed: --artifact PATH'],
    });
  }
  const on = input.on ?? target.deployment?.host ?? host.hostname;
  await recordDeployed(input, { name, system }, { host: on, artifact, revision: null, by: 'hand', interrupted: false });
  return { formatVersion: 1, name, system, host: on, artifact };
}
