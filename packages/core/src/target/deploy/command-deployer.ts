import { RotaError } from '../../errors/rota-error.ts';
import type { Command } from '../../job/job.ts';
import type { Deployer, DeployRequest } from './deployer.ts';
import { requireStep, runStep } from './run-step.ts';

/** Deploys with a command that the target names. What runs there is what its `deployed` command prints, where it has one. */
export const commandDeployer: Deployer = {
  async plan(request) {
    return [{ description: `Deploy ${request.target.name} to ${request.on}`, command: commandOf(request) }];
  },
  async deploy(request) {
    await requireStep(request, commandOf(request), environment(request));
  },
  async deployed(request) {
    const { deployed } = request.deployment;
    if (deployed === undefined) return undefined;
    const result = await runStep(request, deployed, environment(request));
    // A command that fails, such as for a host that is away, says nothing about what runs there.
    return result.exitCode === 0 ? result.stdout.trim() || null : undefined;
  },
};

function commandOf({ target, deployment }: DeployRequest): Command {
  if (deployment.deploy !== undefined) return deployment.deploy;
  throw new RotaError('ROTA_TARGET_DEPLOY', `Target "${target.name}" names no command in \`deployment.deploy\`.`);
}

function environment(
  request: Omit<DeployRequest, 'artifact' | 'revision'> & Partial<DeployRequest>,
): Readonly<Record<string, string>> {
  return {
    ROTA_TARGET: request.target.name,
    ROTA_SYSTEM: request.system,
    ROTA_HOST: request.on,
    ...(request.artifact === undefined ? {} : { ROTA_ARTIFACT: request.artifact }),
    ...(request.revision === undefined ? {} : { ROTA_REVISION: request.revision }),
  };
}
