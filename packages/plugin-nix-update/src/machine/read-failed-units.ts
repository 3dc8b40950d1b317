import type { ProcessResult } from '@rota/core';
import type { Command } from './command.ts';
import { failedUnits, parseUnitNames, parseUnitResults, restartingUnits, unitResults } from './systemd-commands.ts';
import type { UpdatedSystem } from './updated-system.ts';

/** The units that have failed, or why systemd did not say. */
export type FailedUnits = { readonly units: readonly string[] } | { readonly silent: string };

const timeoutMs = 30_000;

/**
 * Units that are down after a failure, and those that fall down and are started again and again: systemd calls these `activating` between their
 * falls. One that ends well and is started again, as a poller is, has not failed.
 */
export async function readFailedUnits(
  kind: UpdatedSystem['kind'],
  call: (command: Command) => Promise<ProcessResult>,
): Promise<FailedUnits> {
  const [failed, restarting] = await Promise.all(
    [failedUnits(kind), restartingUnits(kind)].map(async (command) => await call({ ...command, timeoutMs })),
  );
  if (failed?.exitCode !== 0) return { silent: failed?.stderr.trim() ?? '' };
  const waiting = restarting?.exitCode === 0 ? parseUnitNames(restarting.stdout) : [];
  const results = waiting.length === 0 ? undefined : await call({ ...unitResults(kind, waiting), timeoutMs });
  const falling = results?.exitCode === 0 ? parseUnitResults(results.stdout) : [];
  return { units: [...parseUnitNames(failed.stdout), ...falling.flatMap(({ unit, well }) => (well ? [] : [unit]))] };
}
