import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const fixture = fileURLToPath(new URL('./quick-timers.fixture.cjs', import.meta.url));

/** The environment of a runner whose waits of more than ten seconds are over at once, and how long those would have been, in milliseconds. */
export function quickTimers(scratch: string): { readonly env: NodeJS.ProcessEnv; readonly waited: () => readonly number[] } {
  const log = join(scratch, 'timers');
  return {
    env: { NODE_OPTIONS: `--require=${fixture}`, TIMERS_LOG: log },
    waited: () => (existsSync(log) ? readFileSync(log, 'utf8').trimEnd().split('\n').map(Number) : []),
  };
}
