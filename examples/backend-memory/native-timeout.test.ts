import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Backend, Job } from '@rota/core';
import { expect, test } from 'vitest';
import { failures, kitOptions } from './kit-options.ts';
import { type MemoryScheduler, memoryBackend } from './memory-backend.ts';

const isAsked = 'is asked of the scheduler: timeout';
const isDone = 'is done by the scheduler: a job that is still running at its time-out is ended';

/** What an entry says of a job that the scheduler starts itself. */
interface Started {
  readonly command: readonly string[];
  readonly timeoutMs?: number;
}

/** The scheduler in memory as one that starts jobs itself and ends them at a time-out, as far as the entry tells it. */
function withTimeout(scheduler: MemoryScheduler, told: (job: Job) => Started): Backend {
  const whole = memoryBackend(scheduler);
  return {
    ...whole,
    capabilities: (dialect) => {
      const { native, refused } = whole.capabilities(dialect);
      return { native: [...native, 'timeout', 'concurrency.forbid', 'history', 'output'], refused, alwaysRunner: false };
    },
    compile(input) {
      const { artifact, ...rest } = whole.compile(input);
      const digest = JSON.stringify([input.job.name, told(input.job)]);
      return {
        ...rest,
        artifact: { ...artifact, digest, files: [{ name: 'entry.json', content: JSON.stringify(told(input.job)) }] },
      };
    },
  };
}

/** Starts an entry as that scheduler would, and waits for its end. */
async function run(scheduler: MemoryScheduler, id: string): Promise<void> {
  const { command, timeoutMs }: Started = JSON.parse(scheduler.entries.get(id)?.text ?? '');
  const [program = '', ...args] = command;
  const child = spawn(program, args, { stdio: 'ignore', detached: true });
  const timer = setTimeout(() => process.kill(-(child.pid ?? 0), 'SIGKILL'), timeoutMs ?? 2 ** 31 - 1);
  await once(child, 'exit');
  clearTimeout(timer);
}

const optionsFor = (told: (job: Job) => Started) => {
  const schedulers: MemoryScheduler[] = [];
  const options = kitOptions((scheduler) => {
    schedulers.push(scheduler);
    return withTimeout(scheduler, told);
  });
  return {
    ...options,
    runToEnd: async (_host: unknown, namespace: string, { tenant, name }: { readonly tenant: string; readonly name: string }) => {
      for (const scheduler of schedulers) await run(scheduler, `${namespace}/${tenant}/${name}`);
    },
  };
};

test.each<[string, (job: Job) => Started, readonly string[]]>([
  [
    'passes a time-out that the scheduler is told',
    ({ command, timeoutMs }) => ({ command, ...(timeoutMs && { timeoutMs }) }),
    [],
  ],
  ['fails one that stands in no entry', ({ command }) => ({ command }), [isAsked, isDone]],
  ['fails one that is told in words that nobody reads', ({ command, timeoutMs }) => ({ command, timeOut: timeoutMs }), [isDone]],
  ['fails one that is always the same', ({ command }) => ({ command, timeoutMs: 1000 }), [isAsked]],
])('the kit %s', { timeout: 60_000 }, async (_, told, failing) => {
  const options = optionsFor(told);
  const found = [...(await failures(options, isAsked)), ...(await failures(options, isDone))];
  expect(found).toEqual(failing);
});

test('the kit leaves no entry behind whose run fails, and runs it where nobody else can put a link', async () => {
  const modes: number[] = [];
  let scheduler: MemoryScheduler | undefined;
  const options = kitOptions((made) => {
    scheduler = made;
    return withTimeout(made, ({ command, timeoutMs }) => ({ command, ...(timeoutMs && { timeoutMs }) }));
  });
  const runToEnd = async (): Promise<void> => {
    const [, began = ''] = /'([^']+)'/.exec(scheduler?.entries.get('default/acme/a')?.text ?? '') ?? [];
    modes.push(statSync(dirname(began)).mode & 0o7777);
    throw new Error('the scheduler is gone');
  };
  expect(await failures({ ...options, runToEnd }, isDone)).toEqual([isDone]);
  expect(modes).toEqual([0o755]);
  expect([...(scheduler?.entries.keys() ?? [])]).toEqual(['somebody/else/x']);
});
