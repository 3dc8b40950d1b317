import { createHost, createRota, declarationOf, type Host, nodeFiles } from '@rota/core';
import { temporaryFolder } from '@rota/test-support';
import { describe, expect, test } from 'vitest';
import { compileInput } from './job.fixture.ts';
import { type FakeScheduler, fakeScheduler } from './service/fake-scheduler.fixture.ts';
import { taskscheduler } from './taskscheduler.ts';
import { transcripts } from './testing/transcripts.fixture.ts';

const backend = taskscheduler();
const path = '\\Rota\\default\\acme\\one';

/** A Windows with one task. */
function windows(options: Parameters<typeof fakeScheduler>[1] = {}): { host: Host; scheduler: FakeScheduler } {
  const scheduler = fakeScheduler(nodeFiles.readBytes, options);
  scheduler.register(path, backend.compile(compileInput({ name: 'one' })).artifact.files[0]?.content ?? '');
  const user = { name: 'Ann', uid: 0, home: 'C:\\Users\\Ann' };
  return {
    scheduler,
    host: createHost({ platform: 'win32', user, stateDir: temporaryFolder(), timezone: 'UTC', run: scheduler.run }),
  };
}

const stateOf = async (host: Host) =>
  Object.fromEntries((await backend.state?.(host, 'default', [{ tenant: 'acme', name: 'one' }])) ?? [])['acme/one'];

describe('what the scheduler says of a job, through PowerShell', () => {
  test('is whether it runs, when it last began and when it will begin next', async () => {
    const { host, scheduler } = windows();
    expect(await stateOf(host)).toEqual({ running: false, lastStart: null, nextStart: null });
    scheduler.facts.set(path, { running: true, lastRun: 1_794_571_200, nextRun: 1_794_657_600 });
    expect(await stateOf(host)).toEqual({ running: true, lastStart: 1_794_571_200, nextStart: 1_794_657_600 });
  });

  // Results are signed where COM gives them; the program's own status is no failure of the scheduler.
  test.each([
    [0x80070569, 'the account has not the right to log on this way (0x80070569)'],
    [
      -2147020576,
      'the operator or administrator has refused the request: a condition such as power was not met, or an instance was running (0x800710E0)',
    ],
    [0x80041329, 'its settings do not go together in the scheduling engine (0x80041329)'],
    [0x80070520, 'a policy forbids to keep what it logs on with (0x80070520)'],
    [0x41303, undefined],
    [0xc000013a, undefined],
    [3010, undefined],
  ])('tells the result %d in words when the program was never started', async (code, words) => {
    const { host, scheduler } = windows();
    scheduler.results.set(path, code);
    expect((await stateOf(host))?.failure).toBe(words);
  });
});

test('what kept a task from starting is told by status and by the report', async () => {
  const scheduler = fakeScheduler(nodeFiles.readBytes);
  const user = { name: 'Ann', uid: 0, home: temporaryFolder() };
  const host = createHost({ platform: 'win32', user, stateDir: temporaryFolder(), timezone: 'UTC', env: {}, run: scheduler.run });
  const rota = createRota({ host, backends: [backend] });
  const jobs = [{ tenant: 'acme', name: 'one', schedule: '0 4 * * *', command: process.execPath }];
  await rota.apply(await rota.plan(await declarationOf(jobs, { host, source: 'test' }), { backend: 'taskscheduler' }));
  expect((await rota.status())[0]).not.toHaveProperty('failure');
  scheduler.results.set(path, 0x80070569);
  const words = 'the account has not the right to log on this way (0x80070569)';
  expect(await rota.status()).toMatchObject([{ state: 'failed', lastRun: null, failure: words }]);
  expect((await rota.report()).attention).toContainEqual({
    severity: 'error',
    subject: 'acme/one',
    message: `taskscheduler could not start it: ${words}.`,
    remedy: 'rota doctor',
  });
});

// They print states, times and results in the language of Windows; none of it is believed.
test.each(transcripts.map(({ language, source, says }) => [language, source, says] as const))(
  'nothing is made of what schtasks prints in %s (%s)',
  async (_, __, says) => {
    const { host } = windows({ powershell: false, says });
    expect(await stateOf(host)).toBeUndefined();
  },
);
