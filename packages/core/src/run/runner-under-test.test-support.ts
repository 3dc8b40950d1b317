import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterFile, bundled } from '@rota/test-support';
import type { LaunchFile } from '../backend/launch-file.ts';
import { nodeFiles } from '../host/node-files.ts';
import { namespaceLayout } from '../state/layout.ts';
import { printLaunchFile } from './launch/print-launch-file.ts';
import { readRecords } from './record/read-records.ts';
import type { RunRecord } from './record/run-record.ts';

/** For tests: the runner as it ships, one bundled file, on a state folder of its own, with real processes. */
export interface RunnerUnderTest {
  readonly stateDir: string;
  /** A folder for what jobs write. */
  readonly scratch: string;
  readonly layout: ReturnType<typeof namespaceLayout>;
  /** Writes a launch file; answers its path. */
  launchFile(change: Partial<LaunchFile>): string;
  /** Starts the runner and does not wait. */
  start(launchFile: string, args?: readonly string[], env?: NodeJS.ProcessEnv): ChildProcess;
  run(
    launchFile: string,
    args?: readonly string[],
    env?: NodeJS.ProcessEnv,
  ): Promise<{ code: number | null; stdout: string; stderr: string }>;
  /** The oldest first. */
  records(): RunRecord[];
  output(record: RunRecord): string;
  /** All that the runs of a job (`TENANT.NAME`) have written, the oldest first. */
  outputs(job: string): string;
  /** Names of the reports that wait for delivery. */
  spooled(): readonly string[];
  /** The text of one of them. */
  readSpooled(name: string): string;
}

/** The path of the runner's bundle, as the build makes it, from the sources as they are. */
export const runnerBundle = (): Promise<string> => bundled('packages/core/src/run/main.ts', 'cjs');

export async function runnerUnderTest(): Promise<RunnerUnderTest> {
  const runner = await runnerBundle();
  const root = mkdtempSync(join(tmpdir(), 'rota-run-'));
  afterFile(() => rmSync(root, { recursive: true, force: true, maxRetries: 3 }));
  const stateDir = join(root, 'state');
  const scratch = join(root, 'scratch');
  mkdirSync(scratch, { recursive: true });
  const layout = namespaceLayout(stateDir, 'default');
  mkdirSync(layout.launchFiles, { recursive: true });
  const start: RunnerUnderTest['start'] = (path, args = [], env = {}) => {
    const all = { PATH: process.env.PATH, HOME: scratch, ...env };
    return spawn(process.execPath, [runner, path, ...args], { env: all, stdio: ['ignore', 'pipe', 'pipe'] });
  };
  return {
    stateDir,
    scratch,
    layout,
    start,
    launchFile(change) {
      const { name, text } = printLaunchFile({ ...plainLaunch(scratch), ...change });
      const path = join(layout.launchFiles, name);
      writeFileSync(path, text, { mode: 0o600 });
      return path;
    },
    run(path, args, env) {
      const child = start(path, args, env);
      let stdout = '';
      let stderr = '';
      child.stdout?.on('data', (bytes) => (stdout += bytes));
      child.stderr?.on('data', (bytes) => (stderr += bytes));
      return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
    },
    records: () => [...readRecords(layout)].reverse(),
    spooled: () => nodeFiles.list(layout.spool),
    readSpooled: (name) => readFileSync(join(layout.spool, name), 'utf8'),
    output: (record) => readFileSync(join(layout.output, `${record.tenant}.${record.name}`, `${record.runId}.log`), 'utf8'),
    outputs: (job) => {
      const folder = join(layout.output, job);
      return nodeFiles
        .list(folder)
        .map((name) => readFileSync(join(folder, name), 'utf8'))
        .join('');
    },
  };
}

/** A job that asks for nothing. */
export function plainLaunch(home: string): LaunchFile {
  return {
    formatVersion: 1,
    namespace: 'default',
    tenant: 'acme',
    name: 'job',
    backend: 'cron',
    command: ['/bin/true'],
    shell: false,
    workingDir: home,
    env: { PATH: '/usr/local/bin:/usr/bin:/bin' },
    secretsFile: join(home, 'secrets.env'),
    hostname: 'box',
    gate: null,
    gated: false,
    jitterMs: 0,
    checkin: null,
    retry: { enabled: false, attempts: 3, backoff: 'exponential', delayMs: 10, maxDelayMs: 1000 },
    timeoutMs: null,
    graceMs: 500,
    concurrency: { policy: 'forbid', locks: [] },
    dependsOn: [],
    requires: { commands: [], files: [], units: [] },
    hooks: { before: [], onSuccess: [], onFailure: [], always: [] },
    alerts: null,
    followers: [],
    output: { maxBytes: 100_000, keep: 10 },
    nice: null,
  };
}
