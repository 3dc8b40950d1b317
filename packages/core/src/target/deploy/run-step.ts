import { RotaError } from '../../errors/rota-error.ts';
import type { ProcessResult } from '../../host/process-runner.ts';
import type { DeployRequest } from './deployer.ts';

/** What a step is run for. */
export type StepRequest = Pick<DeployRequest, 'host' | 'target' | 'deployment' | 'signal'>;

/** Runs a program of a deployment, in time. A non-zero exit is a result. */
export async function runStep(
  { host, deployment, signal }: StepRequest,
  [file = '', ...args]: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ProcessResult> {
  return await host.run({ file, args, env, timeoutMs: deployment.timeoutMs, signal });
}

/** The same for what has to go well. @throws ROTA_TARGET_DEPLOY */
export async function requireStep(...input: Parameters<typeof runStep>): Promise<string> {
  const [{ target }, command] = input;
  const result = await runStep(...input);
  if (result.exitCode === 0) return result.stdout;
  const said = result.stderr.trim().split('\n').slice(-3).join(' ');
  const end = result.timedOut ? 'did not end in time' : `ended with ${result.exitCode ?? result.signal}`;
  throw new RotaError(
    'ROTA_TARGET_DEPLOY',
    `Deploying ${target.name}: \`${command.join(' ')}\` ${end}${said === '' ? '.' : `: ${said}`}`,
  );
}
