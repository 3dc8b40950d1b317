import { isAbsolute, resolve } from 'node:path';
import {
  declarationOf,
  hasChanges,
  installCommand,
  type Job,
  listSyncStatus,
  printJobKey,
  RotaError,
  readSyncStatus,
  type SyncOptions,
  type SyncResult,
  type SyncSource,
  type SyncStatus,
  syncJob,
  syncNamespace,
  syncRepository,
} from '@rota/core';
import { rotaOf } from '../open/open-rota.ts';
import { ownCommand } from '../open/own-command.ts';
import { applyJobsFailed } from '../output/apply-jobs-failed.ts';
import { changeJson } from '../output/change-json.ts';
import { waiting } from '../output/progress.ts';
import type { CommandContext } from '../program/command.ts';

/** `rota sync`: takes what a repository declares; --status says how it stands; --install has Rota do it by itself. */
export async function run(context: CommandContext): Promise<number> {
  const { options } = context;
  const modes = [options.status, options.install, options.uninstall].filter(Boolean).length;
  if (modes > 1) throw new RotaError('ROTA_USAGE', 'Choose one of --status, --install and --uninstall.');
  if (options.status) return status(context);
  if (options.uninstall) return uninstall(context);
  const rota = await rotaOf(context, options.namespace ?? 'default');
  const result = await waiting(context.io, 'Synchronising', () => syncRepository(rota, syncOptions(context)));
  if (options.install) await install(context, result.source);
  print(context, result);
  return applyJobsFailed(result.applied?.applyJobs) ? 1 : 0;
}

function syncOptions({ options, io }: CommandContext): SyncOptions {
  const { repo, ref, path, allowedSigners, hostFile, backend } = options;
  return {
    // A path is taken from here; a URL and user@host:path are not paths.
    ...(repo === undefined ? {} : { repo: /^\.{0,2}\//.test(repo) || repo === '.' ? resolve(io.cwd, repo) : repo }),
    ...(ref === undefined ? {} : { ref }),
    ...(path === undefined ? {} : { path }),
    ...(allowedSigners === undefined ? {} : { allowedSigners: absolute(io.cwd, allowedSigners) }),
    ...(hostFile === undefined ? {} : { hostFile: absolute(io.cwd, hostFile) }),
    ...(backend === undefined ? {} : { backend }),
    ...(options.allowCode === undefined ? {} : { allowCode: options.allowCode }),
    ...(options.requireSigned === undefined ? {} : { requireSigned: options.requireSigned }),
    allowRewind: options.allowRewind ?? false,
    resume: options.resume ?? false,
    allowRemovals: options.allowRemovals ?? false,
    takeOver: options.takeOver ?? false,
    signal: io.signal,
  };
}

function absolute(cwd: string, path: string): string {
  return isAbsolute(path) ? path : resolve(cwd, path);
}

/** The jobs of all namespaces that are synchronised stand in one namespace: the others stay as they are. */
async function install(context: CommandContext, source: SyncSource): Promise<void> {
  const { options, io } = context;
  const { hostFile, backend, schedule, tz } = options;
  installCommand(context.host(), ownCommand());
  const job = syncJob({
    host: context.host(),
    namespace: options.namespace ?? 'default',
    source,
    ...(schedule === undefined ? {} : { schedule }),
    ...(tz === undefined ? {} : { timezone: tz }),
    ...(hostFile === undefined ? {} : { hostFile: absolute(io.cwd, hostFile) }),
    ...(backend === undefined ? {} : { backend }),
  });
  await applySyncJobs(context, (jobs) => [...jobs.filter(({ name }) => name !== job.name), job]);
  if (!context.json) context.say(`Rota now synchronises by itself: \`rota status --namespace ${syncNamespace}\`.`);
}

async function uninstall(context: CommandContext): Promise<number> {
  const name = context.options.namespace ?? 'default';
  const rota = await rotaOf(context, syncNamespace);
  const jobs = (await rota.generations()).at(-1)?.entries.map(({ job }) => job) ?? [];
  const kept = jobs.filter((job) => job.name !== name);
  if (kept.length === jobs.length) {
    throw new RotaError('ROTA_SYNC_UNKNOWN', `No job synchronises the namespace \`${name}\`.`);
  }
  if (kept.length === 0) await rota.destroy();
  else await applySyncJobs(context, () => kept);
  if (context.json)
    context.printJson({ formatVersion: 1, repositories: listSyncStatus(context.host()).map((one) => statusJson(context, one)) });
  else context.say(`The namespace ${name} is not synchronised by itself any more. What is installed stays.`);
  return 0;
}

type Jobs = readonly Job[];

/** Makes the sync jobs be what `change` makes of those that are installed. */
async function applySyncJobs(context: CommandContext, change: (jobs: Jobs) => Jobs): Promise<void> {
  const rota = await rotaOf(context, syncNamespace);
  const before = (await rota.generations()).at(-1)?.entries.map(({ job }) => job) ?? [];
  const jobs = change(before);
  const empty = await declarationOf([], { host: context.host(), namespace: syncNamespace, source: 'rota sync --install' });
  const { backend } = context.options;
  const plan = await rota.plan({ ...empty, jobs }, backend === undefined ? {} : { backend });
  const known = new Set(before.map(printJobKey));
  const stranger = plan.changes.find((one) => one.action !== 'create' && !known.has(printJobKey(one)));
  if (stranger !== undefined) {
    throw new RotaError(
      'ROTA_NAMESPACE_SOURCE',
      `Another state folder of this user synchronises ${stranger.name} by itself already. Its jobs are left alone.`,
      {
        suggestions: [
          'Use that state folder: --state-dir DIR',
          `Or have a job of yours start it: rota sync --state-dir ${context.host().stateDir}`,
        ],
      },
    );
  }
  if (hasChanges(plan)) await rota.apply(plan, { allowRemovals: true });
}

function print(context: CommandContext, result: SyncResult): void {
  const { namespace, source, outcome, revision, applied, notForThisHost } = result;
  if (context.json) {
    context.printJson({
      formatVersion: 1,
      namespace,
      repo: source.repo,
      ref: source.ref,
      outcome,
      revision,
      generation: applied?.generation ?? null,
      changes: (applied?.changes ?? []).map(changeJson),
      notForThisHost,
      ...(applied?.applyJobs === undefined ? {} : { applyJobs: applied.applyJobs }),
      ...(applied?.maintenanceProblem === undefined ? {} : { maintenanceProblem: applied.maintenanceProblem }),
    });
    return;
  }
  for (const change of applied?.changes ?? []) context.print(`${change.action} ${printJobKey(change)} on ${change.backend}`);
  for (const job of notForThisHost) context.print(`not for this host: ${printJobKey(job)}: ${job.reason}`);
  if (applied?.maintenanceProblem !== undefined)
    context.say(`The maintenance job was not installed: ${applied.maintenanceProblem}`);
  const what = {
    applied: 'Applied',
    unchanged: 'Nothing to do at',
    held: 'A rollback holds this namespace until the repository moves on, or --resume; it is still at',
  }[outcome];
  context.say(`${what} ${revision.id.slice(0, 12)} (${revision.subject}) of ${source.repo}.`);
}

function status(context: CommandContext): number {
  const { namespace } = context.options;
  const host = context.host();
  const one = namespace === undefined ? undefined : readSyncStatus(host, namespace);
  const all = namespace === undefined ? listSyncStatus(host) : one ? [one] : [];
  if (context.json) context.printJson({ formatVersion: 1, repositories: all.map((each) => statusJson(context, each)) });
  else {
    for (const each of all) for (const line of statusLines(context, each)) context.print(line);
    if (all.length === 0) context.say('No repository was synchronised here yet: rota sync --repo URL');
  }
  return all.some(({ error }) => error !== null) ? 1 : 0;
}

function ageSeconds(context: CommandContext, instant: string | null): number | null {
  return instant === null ? null : Math.max(0, Math.floor((context.host().now() - Date.parse(instant)) / 1000));
}

function statusJson(context: CommandContext, { formatVersion: _, ...rest }: SyncStatus) {
  return { ...rest, ageSeconds: ageSeconds(context, rest.syncedAt) };
}

function statusLines(context: CommandContext, each: SyncStatus): readonly string[] {
  const age = ageSeconds(context, each.syncedAt);
  const revision =
    each.revision === null
      ? 'none yet'
      : `${each.revision.id.slice(0, 12)} of ${each.revision.committedAt} (${each.revision.subject})`;
  return [
    `${each.namespace}: ${each.repo} ${each.ref}`,
    `  revision  ${revision}`,
    `  synced    ${each.syncedAt ?? 'never'}${age === null ? '' : ` (${age} s ago)`}; last attempt ${each.attemptedAt}: ${each.outcome}`,
    ...(each.error === null ? [] : [`  error     ${each.error.message} [${each.error.code}], ${each.failures} in a row`]),
    ...(each.error?.source === undefined
      ? []
      : [`            when it was to be ${each.error.source.repo} ${each.error.source.ref}`]),
  ];
}
