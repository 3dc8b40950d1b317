import type { ProcessResult } from '@rota/core';
import type { UpdatedSystem } from '../machine/updated-system.ts';

/** Whether switch-to-configuration says that the system can be active after a boot only: exit 100, or a refused pre-switch check. */
export function waitsForBoot({ kind }: Pick<UpdatedSystem, 'kind'>, { exitCode, stderr, stdout }: ProcessResult): boolean {
  if (kind !== 'nixos') return false;
  return exitCode === 100 || (exitCode === 1 && /Pre-switch checks? failed/i.test(`${stderr}\n${stdout}`));
}
