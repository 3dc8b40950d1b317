import type { DeployStep } from './deployer.ts';

/** How the deployment of one target came out. */
export interface TargetDeployment {
  readonly name: string;
  readonly system: string;
  /** Where it runs. */
  readonly host: string;
  readonly mode: string;
  /** `null` where nothing is built. */
  readonly artifact: string | null;
  /**
   * `current`: it runs there already. `planned`: it would be deployed. `needs-build`: what is built is not what is declared, so it is not
   * deployed.
   */
  readonly status: 'deployed' | 'current' | 'planned' | 'needs-build' | 'failed';
  /** What was done, or would be. */
  readonly steps: readonly DeployStep[];
  readonly failure: string | null;
}

/** How all deployments came out. */
export interface TargetDeployments {
  readonly formatVersion: 1;
  readonly dryRun: boolean;
  /** Sorted by name, then system. */
  readonly targets: readonly TargetDeployment[];
}
