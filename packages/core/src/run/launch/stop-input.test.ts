import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { runnerBundle, runnerUnderTest } from '../runner-under-test.test-support.ts';
import { stopVariable } from './stop-input.ts';

test('the end of its input ends a runner that was started so, in order, and its job knows nothing of it', async () => {
  const runner = await runnerUnderTest();
  const seen = join(runner.scratch, 'seen');
  const job = ['/bin/sh', '-c', `echo "<$${stopVariable}>" >${seen}.part; mv ${seen}.part ${seen}; exec sleep 600`];
  const launchFile = runner.launchFile({ name: 'long', command: job });
  const env = { PATH: process.env.PATH, HOME: runner.scratch, [stopVariable]: '1' };
  const child = spawn(process.execPath, [await runnerBundle(), launchFile], { env, stdio: ['pipe', 'ignore', 'inherit'] });
  const ended = new Promise((resolve) => child.on('exit', resolve));
  await expect.poll(() => existsSync(seen), { timeout: 60_000 }).toBe(true);
  child.stdin.end();
  await ended;
  expect(readFileSync(seen, 'utf8')).toBe('<>\n');
  expect(runner.records()).toMatchObject([{ name: 'long', status: 'cancelled' }]);
});

test('no other runner minds its input', async () => {
  const runner = await runnerUnderTest();
  const launchFile = runner.launchFile({ name: 'short', command: ['/bin/true'] });
  expect((await runner.run(launchFile)).code).toBe(0);
  expect(runner.records()).toMatchObject([{ name: 'short', status: 'success' }]);
});
