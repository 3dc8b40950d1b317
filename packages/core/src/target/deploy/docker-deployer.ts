import { RotaError } from '../../errors/rota-error.ts';
import type { Deployer, DeployRequest, DeployStep } from './deployer.ts';
import { requireStep, runStep, type StepRequest } from './run-step.ts';

/** On the container: what it was made from. */
const label = 'dev.rota.artifact';

/** A container that came up and ends within this time did not come up. */
const settleMs = 3000;

/**
 * Deploys an image archive with docker: loads it, then restarts the systemd unit that runs the image, or replaces the container. The old
 * container is kept until the new one runs, and is started again when it does not.
 */
export const dockerDeployer: Deployer = {
  async plan(request) {
    refuseElsewhere(request);
    const { container, unit, image } = request.deployment;
    const steps: DeployStep[] = [{ description: 'Load the image', command: loadCommand(request) }];
    if (image !== undefined) steps.push({ description: `Tag it as ${image}`, command: docker(request, 'tag', 'LOADED', image) });
    if (unit !== undefined) return [...steps, { description: `Restart the unit ${unit}`, command: restart(request, unit) }];
    const name = container ?? '';
    return [
      ...steps,
      { description: 'Stop the container and keep it', command: docker(request, 'stop', name) },
      { description: 'Give it another name', command: docker(request, 'rename', name, previousOf(name)) },
      { description: 'Start the new one', command: runCommand(request, name, image ?? 'LOADED') },
      { description: 'Once it runs, remove the old one', command: docker(request, 'rm', previousOf(name)) },
    ];
  },
  async deploy(request) {
    refuseElsewhere(request);
    const { container, unit, image } = request.deployment;
    const loaded = loadedImage(request, await requireStep(request, loadCommand(request)));
    if (image !== undefined) await requireStep(request, docker(request, 'tag', loaded, image));
    if (unit !== undefined) await requireStep(request, restart(request, unit));
    else await replaceContainer(request, container ?? '', image ?? loaded);
  },
  async deployed(request) {
    const { container } = request.deployment;
    if (container === undefined) return undefined;
    const format = `{{.State.Running}} {{index .Config.Labels "${label}"}}`;
    const result = await runStep(request, docker(request, 'inspect', '--type', 'container', '--format', format, container));
    if (result.exitCode !== 0) return /no such/i.test(result.stderr) ? null : undefined;
    const [running, artifact = ''] = result.stdout.trim().split(' ');
    return running === 'true' && artifact !== '' ? artifact : null;
  },
};

async function replaceContainer(request: DeployRequest, name: string, image: string): Promise<void> {
  const previous = previousOf(name);
  // A deployment that was cut off may have left the old container under its other name.
  if (!(await isThere(request, name)) && (await isThere(request, previous)))
    await requireStep(request, docker(request, 'rename', previous, name));
  const hadOne = await isThere(request, name);
  if (hadOne && (await isThere(request, previous))) await requireStep(request, docker(request, 'rm', '--force', previous));
  try {
    if (hadOne) {
      await requireStep(request, docker(request, 'stop', name));
      await requireStep(request, docker(request, 'rename', name, previous));
    }
    await requireStep(request, runCommand(request, name, image));
    await request.host.sleep(settleMs, request.signal);
    const state = await requireStep(request, docker(request, 'inspect', '--format', '{{.State.Running}}', name));
    if (state.trim() !== 'true') throw new RotaError('ROTA_TARGET_DEPLOY', `The container ${name} started and ended again.`);
  } catch (error) {
    // Without the signal: what was stopped is started again whoever interrupts.
    await goBack({ ...request, signal: undefined }, name, hadOne);
    throw error;
  }
  if (hadOne) await runStep(request, docker(request, 'rm', previous));
}

/** What has its other name already gets its own back; what is still called so is the old one, and is not removed. */
async function goBack(request: StepRequest, name: string, hadOne: boolean): Promise<void> {
  const previous = previousOf(name);
  if (!hadOne || (await isThere(request, previous))) await runStep(request, docker(request, 'rm', '--force', name));
  if (!hadOne) return;
  if (await isThere(request, previous)) await requireStep(request, docker(request, 'rename', previous, name));
  // The daemon goes on with a stop whose client was ended: only after it is a start one.
  else await runStep(request, docker(request, 'stop', name));
  await requireStep(request, docker(request, 'start', name));
}

async function isThere(request: StepRequest, container: string): Promise<boolean> {
  return (await runStep(request, docker(request, 'inspect', '--type', 'container', container))).exitCode === 0;
}

function docker({ deployment }: StepRequest, ...args: readonly string[]): readonly string[] {
  return ['docker', ...(deployment.endpoint === undefined ? [] : ['--host', deployment.endpoint]), ...args];
}

function loadCommand(request: DeployRequest): readonly string[] {
  return docker(request, 'load', '--input', request.artifact);
}

function runCommand(request: DeployRequest, name: string, image: string): readonly string[] {
  const labelled = ['--label', `${label}=${request.artifact}`];
  return docker(request, 'run', '--detach', '--name', name, ...labelled, ...request.deployment.run, image);
}

function restart({ deployment }: DeployRequest, unit: string): readonly string[] {
  return ['systemctl', ...(deployment.scope === 'user' ? ['--user'] : []), 'restart', '--', unit];
}

function previousOf(container: string): string {
  return `${container}.rota-previous`;
}

/** docker-load(1) prints the name of the image, or its id where it has none. */
function loadedImage({ target }: DeployRequest, said: string): string {
  const image = /^Loaded image(?: ID)?: (\S+)$/m.exec(said)?.[1];
  if (image !== undefined) return image;
  throw new RotaError(
    'ROTA_TARGET_DEPLOY',
    `Deploying ${target.name}: docker loaded no image; it said ${JSON.stringify(said.slice(0, 200))}.`,
  );
}

/** docker runs a container here unless it is pointed to another daemon. */
function refuseElsewhere({ host, on, target, deployment }: DeployRequest): void {
  if (on === host.hostname || deployment.endpoint !== undefined) return;
  throw new RotaError('ROTA_TARGET_DEPLOY', `Target "${target.name}" runs on ${on}, and this is ${host.hostname}.`, {
    suggestions: [`Deploy it there, or name its daemon: deployment.endpoint: ssh://${on}`],
  });
}
