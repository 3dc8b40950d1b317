import { printJobKey, type RunAllEvent, runAll } from '@rota/core';
import type { CommandContext } from '../program/command.ts';

/** `rota run-all`: runs the jobs of the embedded backend in the foreground until it is interrupted. With --json one event a line. */
export async function run(context: CommandContext): Promise<number> {
  const { io, json } = context;
  const host = context.host();
  if (!json) context.say(`Running the embedded jobs of ${host.stateDir}. Ctrl-C ends it, and its jobs, in order.`);
  await runAll(host, {
    signal: io.signal,
    onEvent: (event) => {
      const at = new Date(host.now()).toISOString();
      if (json) io.out(`${JSON.stringify({ formatVersion: 1, at, ...event })}\n`);
      else context.print(`${at.slice(0, 19)}Z  ${describe(event)}`);
    },
  });
  return 0;
}

function describe(event: RunAllEvent): string {
  if (event.kind === 'clock-changed') return 'the clock was changed; nothing is caught up';
  if (event.kind === 'problem') return `problem: ${event.message}`;
  const job = `${event.namespace}: ${printJobKey(event.job)}`;
  if (event.kind === 'started') return `${job} started${event.scheduledAt === null ? '' : ` for ${event.scheduledAt}`}`;
  return `${job} ended${event.exitCode === 0 ? ' well' : `, exit ${event.exitCode ?? 'by a signal'}`}`;
}
