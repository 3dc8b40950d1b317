import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Backend } from '../backend/backend.ts';
import { createHost } from '../host/create-host.ts';
import type { Files } from '../host/files.ts';
import type { Host } from '../host/host.ts';
import { nodeFiles } from '../host/node-files.ts';
import { bareJob } from '../job/bare-job.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan } from '../plan/plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { type NamespaceLayout, namespaceLayout } from '../state/layout.ts';
import { applyPlan } from './apply-plan.ts';
import { folderBackend } from './folder-backend.fixture.ts';
import { installedEntries } from './installed-entries.ts';
import type { Recovery } from './recover.ts';
import { recoverNamespace } from './recover-namespace.ts';
import { type RollbackInput, rollback } from './rollback.ts';

/** What stands beside the entries of Rota, in both schedulers. */
const foreign = 'not ours \r\n\t';

/** A machine with two schedulers that are folders, `one` and `two`, whose files may fail; its clock stands until it is set. */
export interface FaultMachine {
  /** Seconds since the epoch. */
  clock: number;
  readonly layout: NamespaceLayout;
  host(files?: Files): Host;
  backends(): readonly Backend[];
  plan(jobs: readonly Job[], options?: { readonly backend?: string; readonly repair?: boolean }): Promise<Plan>;
  apply(files: Files, jobs: readonly Job[], backend?: string): Promise<void>;
  rollback(files: Files, to?: RollbackInput['to']): Promise<number | null>;
  /** What the next command does after the process is gone: its locks have nobody behind them any more. */
  recover(files?: Files): Promise<Recovery | null>;
  /** What the schedulers hold, byte for byte. */
  holds(): Readonly<Record<string, string>>;
  /** Whether exactly these jobs stand there, undamaged, by the state too, and everything of others as it was. */
  has(jobs: readonly Job[]): Promise<boolean>;
  /** As a person edits the file of an entry, such as `one/default.rota.a.entry`; `null` removes it. */
  edit(file: string, change: (text: string) => string | null): void;
  dispose(): void;
}

export function faultMachine(): FaultMachine {
  // In memory where there is such a folder: thousands of applies sync every file.
  const root = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'rota-fault-'));
  for (const name of ['one', 'two']) {
    mkdirSync(join(root, name));
    writeFileSync(join(root, name, 'foreign'), foreign);
  }
  const layout = namespaceLayout(join(root, 'state'), 'default');
  const backends = () => [folderBackend('one', join(root, 'one')), folderBackend('two', join(root, 'two'))];
  const host = (files: Files = nodeFiles): Host =>
    createHost({
      files,
      stateDir: join(root, 'state'),
      now: () => machine.clock * 1000,
      timezone: 'UTC',
      sleep: () => Promise.reject(new Error('nobody else is here to wait for')),
    });
  const planOn = (on: Host, jobs: readonly Job[], backend = 'one', repair = false): Promise<Plan> =>
    makePlan({
      host: on,
      backends: backends(),
      backend,
      repair,
      declared: {
        namespace: 'default',
        source: '/etc/jobs.config.ts',
        jobs,
        excluded: [],
        removals: { maxShare: 1 },
        hostname: 'here',
        warnings: [],
      },
    });
  const machine: FaultMachine = {
    clock: Date.UTC(2026, 10, 21, 12, 30) / 1000,
    layout,
    host,
    backends,
    plan: (jobs, { backend, repair } = {}) => planOn(host(), jobs, backend, repair),
    async apply(files, jobs, backend) {
      const on = host(files);
      await applyPlan({ host: on, backends: backends(), plan: await planOn(on, jobs, backend) });
    },
    async rollback(files, to = { kind: 'generation' }) {
      return (await rollback({ host: host(files), backends: backends(), namespace: 'default', to })).generation;
    },
    recover(files = nodeFiles) {
      rmSync(layout.runLocks, { recursive: true, force: true });
      for (const name of nodeFiles.list(layout.root).filter((name) => /^lock(\.break)*$/.test(name))) {
        const holder: unknown = JSON.parse(nodeFiles.readText(join(layout.root, name)) ?? '{}');
        writeFileSync(join(layout.root, name), JSON.stringify(Object.assign({}, holder, { pid: 2 ** 22 + 7, startTicks: '1' })));
      }
      return recoverNamespace(host(files), backends(), 'default');
    },
    holds: () =>
      Object.fromEntries(
        ['one', 'two'].flatMap((folder) =>
          readdirSync(join(root, folder))
            .filter((file) => !file.startsWith('.rota-'))
            .map((file) => [`${folder}/${file}`, readFileSync(join(root, folder, file), 'utf8')]),
        ),
      ),
    async has(jobs) {
      const held = machine.holds();
      const plan = await machine.plan(jobs);
      const known = installedEntries(host(), 'default').map(printJobKey).sort().join();
      return (
        !hasChanges(plan) &&
        plan.changes.every(({ drift }) => drift === undefined) &&
        known === jobs.map(printJobKey).sort().join() &&
        [held['one/foreign'], held['two/foreign']].every((text) => text === foreign)
      );
    },
    edit(file, change) {
      const path = join(root, file);
      const text = change(readFileSync(path, 'utf8'));
      if (text === null) rmSync(path);
      else writeFileSync(path, text);
    },
    dispose: () => rmSync(root, { recursive: true, force: true }),
  };
  return machine;
}

/** Most jobs of these tests are of events, because a schedule is proven anew at every plan, and there are thousands of plans. */
export function eventJob(name: string, argument: string, extra: Partial<Job> = {}): Job {
  return {
    ...bareJob('0 6 * * *', 'UTC'),
    trigger: { kind: 'boot' },
    name,
    command: ['/bin/echo', argument],
    ...extra,
  };
}
