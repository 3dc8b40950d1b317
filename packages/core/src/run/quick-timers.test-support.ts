import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('./quick-timers.fixture.cjs', import.meta.url));

interface QuickTimers {
  readonly env: NodeJS.ProcessEnv;
  /** How long they would have been, in milliseconds. */
  readonly waited: () => readonly number[];
}

/**
 * The environment of a runner whose waits of more than ten seconds are over at once.
 *
 * @param only those of this length, and no more than `count`: a limit of what has to come to its end stays as it is; `movesClock`: the time of day goes on by what was not
 * waited for
 */
export function quickTimers(
  scratch: string,
  only: { readonly ms?: number; readonly count?: number; readonly movesClock?: boolean } = {},
): QuickTimers {
  const log = join(scratch, 'timers');
  return {
    env: { NODE_OPTIONS: `--require=${fixture}`, TIMERS_LOG: log, TIMERS_ONLY: JSON.stringify(only) },
    waited: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').map(Number) : []),
  };
}
