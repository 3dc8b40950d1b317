import { isRotaError, RotaError } from '../../errors/rota-error.ts';
import type { Host } from '../../host/host.ts';
import { timeLimit } from '../../host/time-limit.ts';
import type { Command } from '../../job/job.ts';
import type { BundleSpec, HookName } from '../spec/bundle-spec.ts';

/** What hooks are told: whose state, and where each root is. */
export function hookEnvironment(
  spec: Pick<BundleSpec, 'tenant' | 'name' | 'roots'>,
  places: ReadonlyMap<string, string>,
): Record<string, string> {
  const env: Record<string, string> = { ROTA_TENANT: spec.tenant, ROTA_JOB: spec.name };
  for (const root of spec.roots) env[`ROTA_ROOT_${variable(root.name)}`] = places.get(root.name) ?? root.path;
  return env;
}

/** Runs a command without a shell. @throws ROTA_BUNDLE_HOOK when it fails, is missing, or takes too long */
export async function runCommand(
  host: Pick<Host, 'run'>,
  what: string,
  [file = '', ...args]: Command,
  timeoutMs: number,
  env: Readonly<Record<string, string>>,
): Promise<{ readonly exitCode: number }> {
  const result = await host.run({ file, args, timeoutMs, env }).catch((cause: unknown) => {
    throw isRotaError(cause) ? new RotaError('ROTA_BUNDLE_HOOK', `${what}: ${cause.message}`, { cause }) : cause;
  });
  // A wrapper may take the end of what took too long for success.
  if (!result.timedOut && (result.exitCode === 0 || result.exitCode === 75)) return { exitCode: result.exitCode };
  const how = result.timedOut
    ? `took longer than ${timeoutMs} ms`
    : result.exitCode === null
      ? `was ended by ${result.signal}`
      : `ended with ${result.exitCode}`;
  const told = result.stderr.trim().split('\n').slice(-3).join(' ').slice(0, 500);
  throw new RotaError('ROTA_BUNDLE_HOOK', `${what} ${how}: ${file}${told === '' ? '' : ` (${told})`}`);
}

/** Runs the commands of a hook in order. Resolves to false when one asked to be skipped (exit 75). */
export async function runHooks(
  host: Pick<Host, 'run'>,
  spec: BundleSpec,
  hook: HookName,
  env: Readonly<Record<string, string>>,
): Promise<boolean> {
  for (const command of spec.hooks[hook]) {
    const { exitCode } = await runCommand(host, `The hook ${hook}`, command, spec.hookTimeoutMs, env);
    if (exitCode === 75) return false;
  }
  return true;
}

/** Tries the health commands until all end well. @throws ROTA_BUNDLE_HOOK when they have not after `healthTimeoutMs` */
export async function awaitHealth(host: Host, spec: BundleSpec, env: Readonly<Record<string, string>>): Promise<void> {
  const timeIsUp = timeLimit(host, spec.healthTimeoutMs);
  for (;;) {
    try {
      if (await runHooks(host, spec, 'health', env)) return;
      throw new RotaError('ROTA_BUNDLE_HOOK', 'The hook health ended with 75.');
    } catch (error) {
      if (timeIsUp() || !isRotaError(error)) throw error;
      await host.sleep(Math.min(500, Math.max(10, spec.healthTimeoutMs / 20)));
    }
  }
}

/** `home-assistant` is `HOME_ASSISTANT` in a variable's name. */
function variable(name: string): string {
  return name.toUpperCase().replaceAll(/[^A-Z0-9]/g, '_');
}
