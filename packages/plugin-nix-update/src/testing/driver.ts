import { readFileSync } from 'node:fs';
import { createHost } from '@rota/core';
import { planUpdate } from '../plan-update.ts';
import { runUpdate } from '../run-update.ts';
import type { NixUpdateOptions } from '../settings/options-schema.ts';
import type { UpdateCause } from '../update-cause.ts';

/** What a test asks of the updater inside its machine, as JSON on standard input. */
export interface DriverRequest {
  readonly options: NixUpdateOptions;
  readonly cause?: UpdateCause;
  /** Ends the updater with KILL when a step gets there, such as `build:done`. */
  readonly killAt?: string;
  /** Answers the plan instead of updating. */
  readonly plan?: boolean;
  /** Another host, with a state of its own, on the same machine. */
  readonly hostname?: string;
  /** Moves the clock, in milliseconds. */
  readonly clockOffsetMs?: number;
}

const request: DriverRequest = JSON.parse(readFileSync(0, 'utf8'));
const { hostname } = request;
const host = createHost({
  now: () => Date.now() + (request.clockOffsetMs ?? 0),
  ...(hostname === undefined ? {} : { hostname, stateDir: `/root/state-of-${hostname}` }),
});
try {
  const answer = request.plan
    ? planUpdate({ ...request, host })
    : await runUpdate({
        ...request,
        host,
        onStep({ step, state }) {
          if (`${step}:${state}` === request.killAt) process.kill(process.pid, 'SIGKILL');
        },
      });
  process.stdout.write(JSON.stringify(answer));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error && 'code' in error ? error.code : String(error) }));
  process.exitCode = 1;
}
