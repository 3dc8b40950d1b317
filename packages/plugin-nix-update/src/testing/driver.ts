import { execFileSync } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { createHost, type ProcessRunner } from '@rota/core';
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
  /** Ends the updater with KILL when a program whose command line holds these words has ended, before the updater knows. */
  readonly killAfter?: string;
  /** Ends the updater with KILL while the program with this number (from 0) runs. */
  readonly killDuring?: number;
  /** A line of shell that is run when a step gets there. */
  readonly at?: { readonly moment: string; readonly run: string };
  /** Answers the plan instead of updating. */
  readonly plan?: boolean;
  /** Another host, with a state of its own, on the same machine. */
  readonly hostname?: string;
  /** Moves the clock, in milliseconds. */
  readonly clockOffsetMs?: number;
}

// As a stream: whoever shares the pipe may have made it one that does not wait, which a plain read fails at.
const request: DriverRequest = JSON.parse(await text(process.stdin));
const { hostname } = request;
const own = createHost();
let started = 0;
const kill = (): void => void process.kill(process.pid, 'SIGKILL');
const run: ProcessRunner = async (call) => {
  const running = own.run(call);
  const isLast = started === request.killDuring;
  if (isLast) setTimeout(kill, 15);
  started += 1;
  const result = await running;
  if (isLast) kill();
  if (request.killAfter !== undefined && [call.file, ...call.args].join(' ').includes(request.killAfter)) kill();
  return result;
};
const host = createHost({
  run,
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
          const moment = `${step}:${state}`;
          if (moment === request.at?.moment) execFileSync('sh', ['-c', request.at.run]);
          if (moment === request.killAt) kill();
        },
      });
  process.stdout.write(JSON.stringify(answer));
} catch (error) {
  process.stdout.write(JSON.stringify({ error: error instanceof Error && 'code' in error ? error.code : String(error) }));
  process.exitCode = 1;
}
