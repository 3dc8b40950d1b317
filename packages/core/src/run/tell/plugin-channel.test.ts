import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runnerUnderTest } from '../runner-under-test.test-support.ts';

test("the runner sends an alert through a plugin's module, with references resolved", async () => {
  const { scratch, launchFile, run } = await runnerUnderTest();
  const module = join(scratch, 'channel.mjs');
  writeFileSync(
    module,
    `import { writeFileSync } from 'node:fs';
export const send = async (message, { options, signal }) =>
  writeFileSync(${JSON.stringify(join(scratch, 'sent.json'))}, JSON.stringify({ message, options, aborted: signal.aborted }));`,
  );
  const channel = { kind: 'plugin', name: 'pager', module, options: { to: '${WHO}', loud: true } } as const;
  const path = launchFile({ command: ['/bin/false'], alerts: { on: ['failure'], channels: [channel] } });
  expect((await run(path, [], { WHO: 'ada' })).code).toBe(1);
  expect(JSON.parse(readFileSync(join(scratch, 'sent.json'), 'utf8'))).toMatchObject({
    message: { event: 'failure', exit_code: 1 },
    options: { to: 'ada', loud: true },
    aborted: false,
  });
});

test.each([
  ['export const send = () => { throw new Error("no network"); };', /The alert channel pager failed: no network/],
  ['export const deliver = () => {};', /exports no function `send`/],
])('a channel that fails (%s) changes nothing about the run, and is told', async (code, problem) => {
  const { scratch, launchFile, run, records } = await runnerUnderTest();
  const module = join(scratch, 'channel.mjs');
  writeFileSync(module, code);
  const channel = { kind: 'plugin', name: 'pager', module, options: {} } as const;
  const { code: exitCode, stderr } = await run(
    launchFile({ command: ['/bin/sh', '-c', 'exit 3'], alerts: { on: ['failure'], channels: [channel] } }),
  );
  expect(exitCode).toBe(3);
  expect(records()).toMatchObject([{ status: 'failure', exitCode: 3 }]);
  expect(stderr).toMatch(problem);
});
