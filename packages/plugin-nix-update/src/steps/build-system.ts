import { join } from 'node:path';
import { UpdateFailure } from '../failure.ts';
import { failureOf } from '../machine/classify-output.ts';
import { buildSystem, keepPath } from '../machine/nix-commands.ts';
import type { Baseline } from '../machine/read-baseline.ts';
import { expectedFiles } from '../machine/updated-system.ts';
import type { UpdateContext } from '../update-context.ts';
import type { EvaluatedSystem } from './evaluate-system.ts';

/** Exit codes of `nix-store --realise` (man nix-store): why a build failed, without reading its text. */
const classOfExit = { 100: 'build', 101: 'timeout', 102: 'hash' } as const;

/**
 * Keeps what a rollback goes to, whatever happens to the generations: the default, and what is active where that is something else. What cannot be kept
 * is a warning: nothing is worse than before.
 */
export async function keepRollbackTarget(
  { host, layout, call, warn }: UpdateContext,
  { profile, current }: Pick<Baseline, 'profile' | 'current'>,
): Promise<void> {
  const keep = async (path: string, root: string): Promise<void> => {
    const result = await call(keepPath(path, root));
    if (result.exitCode !== 0) warn(failureOf(result, 'build', 'Keeping the system that runs now').message);
  };
  const first = profile ?? current;
  if (first !== null) await keep(first, layout.rollbackRoot);
  if (current !== null && current !== first) await keep(current, layout.activeRoot);
  else host.files.remove(layout.activeRoot);
}

/** Builds the system, and keeps it from the garbage collector until the next run. Nothing of the running system is touched. */
export async function build(
  { host, system, layout, call, remainingMs }: UpdateContext,
  evaluated: EvaluatedSystem,
): Promise<void> {
  const result = await call({ ...buildSystem(evaluated.derivation, layout.candidate), timeoutMs: remainingMs() });
  if (result.exitCode !== 0) {
    const failure = failureOf(result, 'build', 'The build');
    const code = result.exitCode;
    const known = failure.failureClass === 'build' && (code === 101 || code === 102) ? classOfExit[code] : failure.failureClass;
    throw new UpdateFailure(known, failure.message, { output: failure.output });
  }
  const missing = expectedFiles(system.kind).filter((name) => host.files.facts(join(evaluated.output, name)) === undefined);
  if (missing.length > 0)
    throw new UpdateFailure(
      'build',
      `What was built is no ${system.kind} system: ${evaluated.output} has no ${missing.join(', no ')}.`,
    );
}
