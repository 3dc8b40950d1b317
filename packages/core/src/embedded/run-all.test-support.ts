import { join } from 'node:path';
import type { LaunchFile } from '../backend/launch-file.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import type { RunnerUnderTest } from '../run/runner-under-test.test-support.ts';
import { entryFolder, entryName, printEntry } from './entry.ts';

/** Installs a job for `run-all`, due by its gate or by an event. */
export function install(rota: RunnerUnderTest, change: Partial<LaunchFile>, event?: 'boot' | 'after'): void {
  const launchFile = rota.launchFile({ backend: 'embedded', ...change });
  const key = { tenant: 'acme', name: change.name ?? 'job' };
  const on = event === undefined ? { schedule: change.gate?.expression ?? '', timezone: 'UTC' } : { event };
  const { text } = printEntry({ formatVersion: 1, ...key, launchFile, on, active: true });
  nodeFiles.write(join(entryFolder(rota.stateDir, 'default'), entryName(key)), text);
}

/** This machine, with the state of the runner under test. */
export function hostOf(rota: RunnerUnderTest, change: Partial<Host> = {}): Host {
  const sleep: Host['sleep'] = (ms, signal) =>
    new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      signal?.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
  return {
    platform: 'linux',
    arch: 'x64',
    hostname: 'box',
    user: { name: 'ann', uid: 1, home: rota.scratch },
    env: process.env,
    timezone: 'UTC',
    zoneRoots: ['/usr/share/zoneinfo'],
    stateDir: rota.stateDir,
    now: Date.now,
    sleep,
    files: nodeFiles,
    run: () => Promise.reject(new Error('not used')),
    ...change,
  };
}
