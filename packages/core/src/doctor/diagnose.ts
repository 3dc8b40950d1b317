import { join } from 'node:path';
import { installedGeneration } from '../apply/installed-entries.ts';
import { maintenanceNamespace } from '../apply/maintenance-namespace.ts';
import type { Backend, Dialect, Finding } from '../backend/backend.ts';
import { reservedNamespaces } from '../config/reserved-namespaces.ts';
import type { Host } from '../host/host.ts';
import { readInventory } from '../import/read-inventory.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { parseSecrets } from '../run/attempt/secrets-file.ts';
import type { CommandPlace } from '../run/launch/install-command.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { checkState } from '../state/state-format.ts';
import { checkEntries } from './check-entries.ts';
import { checkJob } from './check-job.ts';
import { checkLauncher } from './check-launcher.ts';
import { checkOriginals } from './check-originals.ts';
import { checkCommand, checkMaintenance, checkSync } from './check-own-jobs.ts';
import { checkRuns, latestRun } from './check-runs.ts';
import { checkStateFolder, checkUnfinished } from './check-state.ts';
import { checkClock, checkZones } from './check-time.ts';
import type { Diagnosis, DoctorFinding } from './diagnosis.ts';
import { repair } from './repair.ts';
import { unreadable } from './unreadable.ts';

/** What to look at, and whether to mend it. */
export interface DiagnoseInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  /** Only this one. @default every namespace of the state */
  readonly namespace?: string | undefined;
  /** Mend what can be mended without a declaration: launcher, runner, command, applies that were cut off, state files that cannot be read. @default false */
  readonly repair?: boolean | undefined;
  /** List recurring work that Rota does not manage, too. @default false */
  readonly policy?: boolean | undefined;
  /** The command line to record when repairing. */
  readonly command?: CommandPlace | undefined;
}

/**
 * Looks for everything that would keep installed jobs of this machine from running, each with its remedy. What cannot be read is a finding, too: it
 * hides none of the others. Changes nothing, unless asked to repair.
 */
export async function diagnose(input: DiagnoseInput): Promise<Diagnosis> {
  const { host, backends } = input;
  const findings: DoctorFinding[] = [];
  const tell = (found: readonly DoctorFinding[]): void => {
    // What cannot be read is met by several looks.
    for (const one of found) if (!findings.some((other) => isSame(one, other))) findings.push(one);
  };
  const look = async <T>(work: () => T | Promise<T>, otherwise: T, namespace?: string): Promise<T> => {
    try {
      return await work();
    } catch (error) {
      tell([{ ...unreadable(error, host), ...(namespace === undefined ? {} : { namespace }) }]);
      return otherwise;
    }
  };
  const format = findings.length;
  await look(() => checkState(host), undefined);
  // What another host or a newer Rota wrote says nothing of this machine.
  const foreign = findings.slice(format).some(({ code }) => code === 'state.foreign' || code === 'state.newer');
  const isMeant = (name: string): boolean => input.namespace === undefined || name === input.namespace;
  const listed = foreign ? [] : (await look(() => listNamespaces(host), [])).filter(isMeant);
  const repaired =
    input.repair && findings.length === 0
      ? await repair({ host, backends, namespaces: listed, command: input.command, step: look })
      : [];
  const namespaces = repaired.length === 0 ? listed : (await look(() => listNamespaces(host), [])).filter(isMeant);
  const installed = new Map<string, readonly PlannedEntry[]>();
  const recorded: string[] = [];
  for (const namespace of namespaces) {
    const generation = await look(() => installedGeneration(host, namespace), undefined, namespace);
    installed.set(namespace, generation?.entries ?? []);
    if (generation === null) tell([generationMissing(namespace)]);
    else if (generation !== undefined) recorded.push(generation.createdAt);
    const run = await look(() => latestRun(host, namespace), undefined, namespace);
    if (run !== undefined) recorded.push(run.endedAt);
  }
  const entries = [...installed.values()].flat();

  const used = new Set(entries.map(({ backend }) => backend));
  const available = await Promise.all(
    backends.map(async (backend) => {
      const absent = { usable: false, dialect: { name: backend.name }, findings: [] };
      const { usable, dialect, findings: told } = await look(() => backend.detect(host), absent);
      return { name: backend.name, usable, dialect, findings: usable && !used.has(backend.name) ? [] : told };
    }),
  );
  for (const { name, dialect, findings: told } of available)
    if (used.has(name)) tell(told.map((one) => fromBackend(name, dialect, one)));
  tell(missingBackends(used, backends));
  if (!available.some(({ usable }) => usable)) tell([noBackend]);
  tell(await look(() => checkStateFolder(host), []));
  if (entries.some(({ launchFile, artifact }) => launchFile !== null || artifact !== null))
    tell(await look(() => checkLauncher(host), []));
  tell(await look(() => checkCommand(host, namespaces), []));
  tell(await checkClock(host, recorded.toSorted().at(-1)));
  if (!foreign) tell(await look(() => checkSync(host), []));
  tell(await look(() => checkMaintenance(host, installed.get(maintenanceNamespace) ?? []), []));
  const { secrets, secretsFile, found } = await look(() => readSecrets(host), noSecrets);
  tell(found);
  for (const [namespace, own] of installed) {
    tell(await look(() => checkUnfinished(host, namespace), [], namespace));
    tell(await look(() => checkZones(host, namespace, own), [], namespace));
    for (const entry of own) tell(await look(() => checkJob({ host, namespace, entry, secrets, secretsFile }), [], namespace));
  }
  const unread = new Set<string>();
  // Where nothing is known to be installed, the state may be lost.
  for (const namespace of foreign ? [] : new Set([...namespaces, ...listed, input.namespace ?? 'default'])) {
    const own = installed.get(namespace) ?? [];
    for (const backend of backends) {
      const { usable } = available.find(({ name }) => name === backend.name) ?? { usable: false };
      if (!usable && !own.some((entry) => entry.backend === backend.name && entry.artifact !== null)) continue;
      const told = await look(() => checkEntries(host, backend, namespace, own), undefined, namespace);
      if (told === undefined) unread.add(namespace);
      tell(told ?? []);
    }
    if (own.length > 0 && !unread.has(namespace)) tell(await look(() => checkRuns(host, backends, namespace), [], namespace));
  }
  // An entry that the state does not know may have the place of any original; of one namespace alone it is not known what is known.
  const areKnown = !foreign && input.namespace === undefined && unread.size === 0;
  for (const backend of areKnown && !findings.some(({ code }) => code === 'entries.unknown') ? backends : []) {
    const { usable } = available.find(({ name }) => name === backend.name) ?? { usable: false };
    if (usable || used.has(backend.name)) tell(await look(() => checkOriginals(host, backend), []));
  }
  const inventory = input.policy ? await look(() => readInventory(host, backends), undefined) : undefined;
  tell((inventory?.findings ?? []).map((one): DoctorFinding => ({ ...one, severity: 'warning', code: 'inventory.unreadable' })));
  return {
    ok: findings.every(({ severity }) => severity !== 'error'),
    namespaces,
    installedJobs: [...installed].reduce((sum, [name, own]) => sum + (reservedNamespaces.has(name) ? 0 : own.length), 0),
    findings,
    backends: available.map((one) => ({ ...one, findings: one.usable ? [] : one.findings })),
    repaired,
    ...(inventory === undefined ? {} : { unmanaged: inventory.entries }),
  };
}

const noBackend: DoctorFinding = {
  severity: 'error',
  code: 'backend.none',
  message: 'No scheduler can be used here.',
  remedy: 'Start one, or use --backend embedded with `rota run-all`.',
};

const noSecrets = { secrets: new Map<string, string>(), secretsFile: '', found: [] };

function generationMissing(namespace: string): DoctorFinding {
  return {
    severity: 'error',
    code: 'state.damaged',
    message: `The generation that is installed in namespace ${namespace} is gone from the state: what should run is not known.`,
    remedy: 'Go on from the one before: rota doctor --repair',
    namespace,
  };
}

function isSame(one: DoctorFinding, other: DoctorFinding): boolean {
  return one.code === other.code && one.message === other.message && one.job === other.job;
}

function fromBackend(name: string, { linger }: Dialect, { severity, message, remedy }: Finding): DoctorFinding {
  // A plan only warns of these, because a person may be about to mend them; whoever asks the doctor wants to know that jobs would not run.
  const nothingRuns = name === 'embedded' && severity === 'warning';
  const needsLogin = linger === false && /linger/.test(message);
  return {
    severity: nothingRuns || needsLogin ? 'error' : severity,
    code: needsLogin ? 'systemd.linger' : `backend.${name}`,
    message,
    ...(remedy === undefined ? {} : { remedy }),
  };
}

function missingBackends(used: ReadonlySet<string>, backends: readonly Backend[]): readonly DoctorFinding[] {
  const here = new Set(backends.map(({ name }) => name));
  return [...used]
    .filter((name) => !here.has(name))
    .map((name) => ({
      severity: 'error',
      code: 'backend.unknown',
      message: `Jobs are installed on the backend ${name}, which this program does not have.`,
    }));
}

function readSecrets(host: Host) {
  const secretsFile = join(host.env.XDG_CONFIG_HOME || join(host.user.home, '.config'), 'rota', 'secrets.env');
  const text = host.files.readText(secretsFile);
  const open = text !== undefined && host.platform !== 'win32' && ((host.files.facts(secretsFile)?.mode ?? 0) & 0o077) !== 0;
  const found: readonly DoctorFinding[] = open
    ? [
        {
          severity: 'error',
          code: 'secrets.open',
          message: `${secretsFile} can be read by others, so the runner does not read it.`,
          remedy: `chmod 600 ${secretsFile}`,
        },
      ]
    : [];
  return { secrets: parseSecrets(text ?? ''), secretsFile, found };
}
