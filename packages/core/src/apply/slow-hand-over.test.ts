import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { temporaryFolder } from '@rota/test-support';
import { expect, test } from 'vitest';
import type { Backend } from '../backend/backend.ts';
import { createHost } from '../host/create-host.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { makePlan } from '../plan/make-plan.ts';
import { readHandled } from '../run/admit/job-state.ts';
import { namespaceLayout } from '../state/layout.ts';
import { applyPlan } from './apply-plan.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { readJournal } from './journal.ts';

const start = Date.UTC(2026, 10, 21, 12, 30, 20);
const seconds = start / 1000;
/** What a very busy machine takes to switch a timer off: a fire time of the job lies in it. */
const slow = 50;

const native: Job = {
  ...bareJob('* * * * *', 'UTC'),
  tenant: 'acme',
  name: 'job',
  command: ['/bin/true'],
  concurrency: { policy: 'forbid', locks: [] },
};
/** Retries make it a job of the runner, which keeps count of what it has handled. */
const counted: Job = { ...native, retry: { enabled: true, attempts: 3, backoff: 'fixed', delayMs: 1, maxDelayMs: 1 } };

/** Moves a job from one scheduler to another that takes its time to let go. */
async function move(before: Job, after: Job) {
  const root = temporaryFolder();
  let clock = start;
  const host = createHost({ stateDir: join(root, 'state'), now: () => clock, timezone: 'UTC', sleep: async () => undefined });
  const layout = namespaceLayout(host.stateDir, 'default');
  const [from, to] = ['from', 'to'].map((name) => {
    mkdirSync(join(root, name));
    return folderBackend(name, join(root, name));
  });
  if (from === undefined || to === undefined) throw new TypeError('two');
  const told: number[] = [];
  const journaled: (number | undefined)[] = [];
  const backends: readonly Backend[] = [
    {
      ...from,
      async apply(on, input) {
        await from.apply(on, input);
        if (input.changes.some((change) => change.after === null)) clock += slow * 1000;
      },
    },
    {
      ...to,
      async apply(on, input) {
        told.push(...input.changes.map(({ handledUntil }) => handledUntil));
        journaled.push(readJournal(on, layout)?.steps.at(-1)?.changes[0]?.handledUntil);
        await to.apply(on, input);
      },
    },
  ];
  for (const [job, backend] of [
    [before, 'from'],
    [after, 'to'],
  ] as const) {
    const declared = { namespace: 'default', source: 'test', jobs: [job], excluded: [], backend, hostname: 'here', warnings: [] };
    await applyPlan({ host, backends, plan: await makePlan({ host, backends, declared }) });
  }
  return { told, journaled, gate: readHandled(host.files, layout, after) };
}

test('what the old scheduler started while it let go is not started again by the new one', async () => {
  const later = seconds + slow;
  expect(await move(native, native)).toMatchObject({ told: [later], journaled: [later] });
  expect(await move(native, counted)).toEqual({ told: [later], journaled: [later], gate: later });
  expect(await move(counted, native)).toMatchObject({ told: [later], journaled: [later] });
});

test('a runner that keeps count itself is not told that it has run what it has not', async () => {
  expect(await move(counted, counted)).toEqual({ told: [seconds], journaled: [seconds], gate: seconds });
});
