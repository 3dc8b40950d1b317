import type { Host } from '../../host/host.ts';
import type { Deployment, Target } from '../target.ts';

/** What is to be deployed, and where. One read-only object, so that a field can be added. */
export interface DeployRequest {
  /** The machine that deploys. */
  readonly host: Host;
  readonly target: Target;
  readonly deployment: Deployment;
  /** Name of the host that the target is to run on. */
  readonly on: string;
  readonly system: string;
  /** What was built: a store path. */
  readonly artifact: string;
  /** Full commit id that it was built from. */
  readonly revision: string;
  readonly signal?: AbortSignal | undefined;
}

/** One step of a deployment, for people, and the command where it is one. */
export interface DeployStep {
  readonly description: string;
  readonly command?: readonly string[];
}

/** How targets of one `deployment.mode` are deployed. */
export interface Deployer {
  /** What {@link Deployer.deploy} would do, in order. Changes nothing. @throws ROTA_TARGET_DEPLOY when it cannot be done at all */
  plan(request: DeployRequest): Promise<readonly DeployStep[]>;
  /** Deploys. When it throws, what ran before runs again, as far as the deployer can. @throws ROTA_TARGET_DEPLOY */
  deploy(request: DeployRequest): Promise<void>;
  /** The artifact that runs there now; `null`: none of ours; `undefined`: it cannot be told, so the record of Rota holds. */
  deployed(request: Omit<DeployRequest, 'artifact' | 'revision'>): Promise<string | null | undefined>;
}
