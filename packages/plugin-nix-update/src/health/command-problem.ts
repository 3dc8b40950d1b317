import { reads } from '../machine/command.ts';
import type { HealthCheck } from '../settings/options-schema.ts';
import type { HealthContext } from './health-context.ts';

/** Why a program of the user is not content, or `null`. */
export async function commandProblem(
  { call }: Pick<HealthContext, 'call'>,
  { command, timeout }: Extract<HealthCheck, { command: readonly string[] }>,
): Promise<string | null> {
  const [file = '', ...args] = command;
  try {
    const result = await call({ ...reads(file, ...args), timeoutMs: timeout });
    if (result.exitCode === 0) return null;
    const detail = (result.stderr.trim() || result.stdout.trim()).split('\n').at(-1) ?? '';
    const end = result.timedOut ? 'took too long' : `exited with ${result.exitCode ?? result.signal}`;
    return `The check ${command.join(' ')} ${end}${detail === '' ? '.' : `: ${detail}`}`;
  } catch (error) {
    return `The check ${command.join(' ')} could not be started: ${error instanceof Error ? error.message : String(error)}`;
  }
}
