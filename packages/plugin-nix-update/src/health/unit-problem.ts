import { parseProperties, unitState } from '../machine/systemd-commands.ts';
import type { HealthContext } from './health-context.ts';

/** Why a unit is not in order, or `null`. A oneshot that ended well is inactive by nature, unless it says that it remains. */
export async function unitProblem(
  { system, call }: Pick<HealthContext, 'system' | 'call'>,
  unit: string,
): Promise<string | null> {
  const name = unit.includes('.') ? unit : `${unit}.service`;
  const result = await call({ ...unitState(system.kind, name), timeoutMs: 30_000 });
  if (result.exitCode !== 0) return `The state of ${name} cannot be read: ${result.stderr.trim()}`;
  const { LoadState, ActiveState, SubState, Type, RemainAfterExit } = parseProperties(result.stdout);
  if (LoadState === 'not-found') return `The unit ${name} does not exist.`;
  const restsByNature = Type === 'oneshot' && RemainAfterExit === 'no' && ActiveState === 'inactive';
  return ActiveState === 'active' || restsByNature ? null : `The unit ${name} is ${ActiveState} (${SubState}).`;
}
