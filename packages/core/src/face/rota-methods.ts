import { type ApplyResult, applyPlan } from '../apply/apply-plan.ts';
import { installedEntries } from '../apply/installed-entries.ts';
import { ensureMaintenance } from '../apply/maintenance-job.ts';
import { maintenanceNamespace } from '../apply/maintenance-namespace.ts';
import type { Recovery } from '../apply/recover.ts';
import { recoverNamespace } from '../apply/recover-namespace.ts';
import { type RollbackInput, rollback } from '../apply/rollback.ts';
import { runApplyJobs } from '../apply/run-apply-jobs.ts';
import { tellChannels } from '../apply/tell-channels.ts';
import type { Artifact, Finding } from '../backend/backend.ts';
import { isRotaError, RotaError } from '../errors/rota-error.ts';
import type { Job } from '../job/job.ts';
import { printJobKey } from '../job/job-key.ts';
import { backendFinder } from '../plan/choose-backend.ts';
import { makePlan } from '../plan/make-plan.ts';
import { makeRendering } from '../plan/make-rendering.ts';
import type { Plan, PlannedEntry } from '../plan/plan.ts';
import { hasChanges } from '../plan/plan-to-json.ts';
import { runsRota } from '../plan/runs-rota.ts';
import { askHooks, between, tellHooks } from '../plugin/call-hooks.ts';
import type { LoadedPlugin } from '../plugin/plugin.ts';
import { readPluginStatus } from '../plugin/read-plugin-status.ts';
import { gatherReport } from '../report/gather-report.ts';
import { type CommandPlace, installCommand } from '../run/launch/install-command.ts';
import type { Generation } from '../state/generation.ts';
import { listGenerations, readGeneration } from '../state/generation-store.ts';
import { namespaceLayout } from '../state/layout.ts';
import { readNamespaceRecord } from '../state/namespace-record.ts';
import { checkState } from '../state/state-format.ts';
import { followLogs } from '../status/follow-logs.ts';
import { readHistory } from '../status/read-history.ts';
import { readInstalled } from '../status/read-installed.ts';
import { readLogs } from '../status/read-logs.ts';
import { readStatus } from '../status/read-status.ts';
import { runByHand } from '../status/run-by-hand.ts';
import { waitForRun } from '../status/wait-for-run.ts';
import { watchRuns } from '../status/watch-runs.ts';
import type { ApplyOptions, Rota } from './rota.ts';

/** What the methods of a Rota work on. */
export interface RotaParts extends Pick<Rota, 'host' | 'namespace' | 'backends' | 'events'> {
  readonly plugins: readonly LoadedPlugin[];
  readonly command: CommandPlace | undefined;
}

export type RotaMethods = Omit<Rota, 'host' | 'namespace' | 'backends' | 'events'>;

/** The methods of a Rota. They need most of core, so `createRota` loads them with the first call. */
export function rotaMethods({ host, namespace, backends, events, plugins, command }: RotaParts): RotaMethods {
  const callers = { host, namespace, plugins, events };
  const layout = namespaceLayout(host.stateDir, namespace);
  let watching = 0;

  /** An apply that was cut off is finished or undone before anything else is done or told. */
  async function ready(): Promise<void> {
    checkState(host);
    tellRecovered(await recoverNamespace(host, backends, namespace));
  }

  /** Planning deals with it before the apply does; the result of the apply says so all the same. */
  let dealtWith: Recovery | null = null;
  function tellRecovered(recovery: Recovery | null): void {
    if (recovery === null) return;
    dealtWith = recovery;
    events.emit('apply:recovered', recovery);
  }

  function progress({ onProgress }: ApplyOptions): (done: number, total: number) => void {
    return (done, total) => {
      events.emit('apply:progress', { done, total });
      onProgress?.(done, total);
    };
  }

  /** The maintenance job comes and goes with what needs it. That it cannot be had is no reason to undo an apply. */
  async function maintained(backend: string): Promise<Pick<ApplyResult, 'maintenanceProblem'>> {
    if (command === undefined || namespace === maintenanceNamespace) return {};
    try {
      await ensureMaintenance({ host, backends, backend, command });
      return {};
    } catch (error) {
      const way = isRotaError(error) ? error.suggestions : [];
      return { maintenanceProblem: [error instanceof Error ? error.message : String(error), ...way].join(' ') };
    }
  }

  async function applyNow(plan: Plan, options: ApplyOptions): Promise<ApplyResult> {
    if (command !== undefined && plan.entries.some(({ job }) => runsRota(job, host))) installCommand(host, command);
    const result = await applyPlan({
      host,
      backends,
      plan,
      allowRemovals: options.allowRemovals,
      signal: options.signal,
      onProgress: progress(options),
      onChange: ({ tenant, name, action, backend }) => events.emit('apply:change', { tenant, name, action, backend }),
    });
    tellRecovered(result.recovered);
    const recovered = dealtWith;
    dealtWith = null;
    const applyJobs = await runApplyJobs({
      host,
      namespace,
      entries: installedEntries(host, namespace),
      onStart: (job) => events.emit('run:start', job),
      signal: options.signal,
    });
    for (const { tenant, name, runId, status } of applyJobs)
      if (runId !== null) events.emit('run:end', { tenant, name, runId, status });
    return {
      ...result,
      recovered,
      ...(applyJobs.length === 0 ? {} : { applyJobs }),
      ...(result.changes.length === 0 ? {} : await maintained(plan.backend)),
    };
  }

  async function returnTo(to: RollbackInput['to'], options: ApplyOptions): Promise<ApplyResult> {
    const result = await rollback({ host, backends, namespace, to, signal: options.signal, onProgress: progress(options) });
    tellRecovered(result.recovered);
    return result;
  }

  function find(job: string): PlannedEntry {
    checkState(host);
    const [entry] = readInstalled(host, namespace, { job });
    if (entry === undefined) throw new RotaError('ROTA_JOB_UNKNOWN', `No job \`${job}\` is installed.`);
    return entry;
  }

  const methods: RotaMethods = {
    async plan(declaration, { backend, repair, takeOver, adopt } = {}) {
      await ready();
      const declared = { ...declaration, namespace };
      const bringsCommand = command !== undefined;
      const plan = await makePlan({ host, backends, declared, backend, repair, takeOver, adopt, bringsCommand });
      for (const { tenant, name, drift } of plan.changes)
        for (const { kind, detail } of drift ?? []) events.emit('drift', { tenant, name, kind, detail });
      events.emit('plan:done', { namespace, summary: plan.summary });
      return plan;
    },
    async render(declaration, { backend: name, dialect, systemTimezone, from }) {
      const backend =
        backends.find((candidate) => candidate.name === name) ?? (await backendFinder(host, backends)(name)).backend;
      return makeRendering({ host, declared: { ...declaration, namespace }, backend, dialect, systemTimezone, from });
    },
    async apply(plan, applyOptions = {}) {
      if (!hasChanges(plan)) return applyNow(plan, applyOptions);
      const asked = { ...callers, signal: applyOptions.signal };
      return between(
        () => askHooks(asked, 'before:apply', { plan }),
        () => applyNow(plan, applyOptions),
        (outcome) => tellHooks(callers, 'after:apply', { plan, outcome }),
      );
    },
    async destroy(applyOptions = {}) {
      return between(
        () => askHooks({ ...callers, signal: applyOptions.signal }, 'before:destroy', {}),
        async () => {
          const result = await returnTo({ kind: 'nothing' }, applyOptions);
          return { ...result, ...(result.changes.length === 0 ? {} : await maintained('')) };
        },
        (outcome) => tellHooks(callers, 'after:destroy', { outcome }),
      );
    },
    async rollback(number, applyOptions = {}) {
      const generation = number ?? null;
      return between(
        () => askHooks({ ...callers, signal: applyOptions.signal }, 'before:rollback', { generation }),
        () => returnTo({ kind: 'generation', number }, applyOptions),
        (outcome) => tellHooks(callers, 'after:rollback', { generation, outcome }),
      );
    },
    async generations() {
      await ready();
      const current = readNamespaceRecord(host.files, layout)?.current ?? 0;
      return listGenerations(host.files, layout)
        .filter((number) => number <= current)
        .map((number) => readGeneration<Generation<Job, Artifact>>(host.files, layout, number))
        .filter((generation) => generation !== null);
    },
    async status(filter) {
      await ready();
      return readStatus(host, backends, namespace, filter);
    },
    async history(filter) {
      checkState(host);
      return readHistory(host, namespace, filter);
    },
    async run(job, { wait = true, signal } = {}) {
      await ready();
      const entry = find(job);
      const backend = backends.find((candidate) => candidate.name === entry.backend);
      if (backend === undefined)
        throw new RotaError(
          'ROTA_BACKEND_UNKNOWN',
          `${printJobKey(entry)} is on the backend ${entry.backend}, which is not here.`,
        );
      // Who watches is told by the runner itself.
      if (watching === 0 || entry.launchFile === null) events.emit('run:start', { tenant: entry.tenant, name: entry.name });
      const record = await runByHand({ host, backend, namespace, entry, wait, signal });
      if (record === null) return null;
      if (watching === 0)
        events.emit('run:end', { tenant: entry.tenant, name: entry.name, runId: record.runId, status: record.status });
      return record;
    },
    async waitForRun(job, waitOptions) {
      return waitForRun(host, namespace, job, waitOptions);
    },
    async tell(job, news) {
      const { launchFile } = find(job);
      const run = { runId: host.env.ROTA_RUN_ID ?? null, status: null, exitCode: null, scheduledAt: null };
      return tellChannels(
        host,
        namespace,
        launchFile,
        run,
        news,
        (channel) => channel.kind !== 'command' || channel.by === undefined,
      );
    },
    async told() {
      const path = host.env.ROTA_ALERTS_DONE;
      if (path !== undefined && path !== '') host.files.write(path, '', 0o600);
    },
    async logs(job, logOptions) {
      return readLogs(host, backends, namespace, find(job), logOptions);
    },
    async watch(watchOptions) {
      checkState(host);
      const stop = watchRuns(host, namespace, events, watchOptions);
      watching += 1;
      let stopped: Promise<void> | undefined;
      return () => {
        stopped ??= stop().finally(() => {
          watching -= 1;
        });
        return stopped;
      };
    },
    followLogs: (job, followOptions) => followLogs(host, backends, namespace, find(job), followOptions),
    async find(job) {
      const { tenant, name } = find(job);
      return { tenant, name };
    },
    async findings() {
      const used = new Set(readInstalled(host, namespace).map((entry) => entry.backend));
      const found: Finding[] = [];
      for (const backend of backends) if (used.has(backend.name)) found.push(...(await backend.detect(host)).findings);
      return found;
    },
    async report(options) {
      await ready();
      const rota = { namespace, backends, ...methods };
      const readSections = () => readPluginStatus(plugins, { host, namespace, rota });
      return gatherReport({ host, backends, namespace, readSections }, options);
    },
  };
  return methods;
}
