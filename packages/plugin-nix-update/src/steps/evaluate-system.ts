import { UpdateFailure } from '../failure.ts';
import { failureOf, staleMarker } from '../machine/classify-output.ts';
import { evaluateSystem } from '../machine/nix-commands.ts';
import { systemAttribute } from '../machine/updated-system.ts';
import type { UpdateContext } from '../update-context.ts';

/** What a flake's system would be, not built yet. */
export interface EvaluatedSystem {
  readonly derivation: string;
  readonly output: string;
}

/** Evaluates the system of this host, without letting nix touch the lock. */
export async function evaluate({ host, settings, call, remainingMs }: UpdateContext, flake: string): Promise<EvaluatedSystem> {
  const command = evaluateSystem(flake, systemAttribute(host, settings));
  const result = await call({ ...command, timeoutMs: remainingMs() });
  if (result.exitCode !== 0) throw failureOf(result, 'evaluation', 'The evaluation of the system');
  const stale = staleMarker(result.stderr);
  if (stale !== undefined)
    throw new UpdateFailure('stale', `The evaluation took an input from a cache ("${stale}").`, { output: result.stderr });
  const value: unknown = parsed(result.stdout);
  if (
    typeof value === 'object' &&
    value !== null &&
    'derivation' in value &&
    'output' in value &&
    typeof value.derivation === 'string' &&
    typeof value.output === 'string'
  )
    return { derivation: value.derivation, output: value.output };
  throw new UpdateFailure('evaluation', `nix eval answered something else than a system: ${result.stdout.slice(0, 200)}`);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
