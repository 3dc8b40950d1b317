import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { readJobState } from '../run/admit/job-state.ts';
import { installLauncher } from '../run/launch/install-launcher.ts';
import { type RunnerUnderTest, runnerBundle, runnerUnderTest } from '../run/runner-under-test.test-support.ts';
import { eachByItself } from './each-by-itself.ts';
import { entryReader } from './read-entries.ts';
import { hostOf, install } from './run-all.test-support.ts';
import { runAll } from './run-all.ts';
import { tidyMs } from './start-runner.ts';
import { stopRuns } from './stop-runs.ts';

const key = { tenant: 'acme', name: 'deaf' };
/** Neither the job nor what it has started listens to TERM. */
const deaf: Partial<LaunchFile> = {
  name: key.name,
  command: [`trap '' TERM; sh -c 'trap "" TERM; echo $$ > child; while :; do sleep 0.1; done' & echo $$ > pid; wait; sleep 600`],
  shell: true,
};

async function comesUp({ scratch }: RunnerUnderTest): Promise<readonly number[]> {
  const pids = ['pid', 'child'].map((name) => join(scratch, name));
  while (!pids.every((path) => existsSync(path) && readFileSync(path, 'utf8').endsWith('\n')))
    await new Promise((resolve) => setTimeout(resolve, 20));
  return pids.map((path) => Number(readFileSync(path, 'utf8')));
}

/** A zombie that nobody reaps runs no more. */
const areGone = (pids: readonly number[]): boolean =>
  pids.every((pid) => /^$|\) [ZX]/.test(nodeFiles.readText(`/proc/${pid}/stat`) ?? ''));

it('a job that does not listen to TERM is ended after its grace when run-all stops, with all that it has started', async () => {
  const rota = await runnerUnderTest();
  installLauncher({ files: nodeFiles, stateDir: rota.stateDir, platform: 'linux' }, { bundlePath: await runnerBundle() });
  install(rota, { ...deaf, graceMs: 300 }, 'boot');
  const controller = new AbortController();
  const done = runAll(hostOf(rota), { signal: controller.signal });
  const pids = await comesUp(rota);
  controller.abort();
  await done;
  expect(areGone(pids)).toBe(true);
  expect(rota.records()).toMatchObject([{ ...key, status: 'cancelled', signal: 'SIGTERM' }]);
  expect(readJobState(nodeFiles, rota.layout, key).claims).toEqual([]);
});

it('a runner that hangs is ended together with its job', async () => {
  const rota = await runnerUnderTest();
  install(rota, deaf, 'boot');
  const child = rota.start(rota.launchFile({ backend: 'embedded', ...deaf }), ['--event', 'boot']);
  const gone = new Promise((resolve) => child.on('exit', resolve));
  const pids = await comesUp(rota);
  // As in a debugger, or on a disk that does not answer.
  child.kill('SIGSTOP');
  const host = hostOf(rota);
  // Its time is over at once.
  const entries = entryReader(host, () => undefined).read();
  const late = entries.map((entry) => ({ ...entry, launch: { ...entry.launch, graceMs: -tidyMs } }));
  await stopRuns(
    host,
    late,
    eachByItself(() => undefined),
  );
  await gone;
  expect(child.signalCode).toBe('SIGKILL');
  await expect.poll(() => areGone(pids)).toBe(true);
});
