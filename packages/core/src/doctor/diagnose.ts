import { join } from 'node:path';
import { installedEntries, installedGeneration } from '../apply/installed-entries.ts';
import { ensureMaintenance } from '../apply/maintenance-job.ts';
import { maintenanceNamespace } from '../apply/maintenance-namespace.ts';
import { recoverNamespace } from '../apply/recover-namespace.ts';
import type { Backend, Dialect, Finding } from '../backend/backend.ts';
import { reservedNamespaces } from '../config/reserved-namespaces.ts';
import { isRotaError } from '../errors/rota-error.ts';
import type { Host } from '../host/host.ts';
import { readInventory } from '../import/read-inventory.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { type CommandPlace, installCommand } from '../run/install-command.ts';
import { installLauncher } from '../run/install-launcher.ts';
import { parseSecrets } from '../run/secrets-file.ts';
import { listNamespaces } from '../state/list-namespaces.ts';
import { checkState } from '../state/state-format.ts';
import { readStatus } from '../status/read-status.ts';
import { checkJob } from './check-job.ts';
import { checkLauncher } from './check-launcher.ts';
import { checkCommand, checkMaintenance, checkSync } from './check-own-jobs.ts';
import { checkStateFolder, checkUnfinished } from './check-state.ts';
import { checkClock, checkZones } from './check-time.ts';
import type { Diagnosis, DoctorFinding } from './diagnosis.ts';

/** What to look at, and whether to mend it. */
export interface DiagnoseInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  /** Only this one. @default every namespace of the state */
  readonly namespace?: string | undefined;
  /** Mend what can be mended without a declaration: launcher, runner, command, applies that were cut off. @default false */
  readonly repair?: boolean | undefined;
  /** List recurring work that Rota does not manage, too. @default false */
  readonly policy?: boolean | undefined;
  /** The command line to record when repairing. */
  readonly command?: CommandPlace | undefined;
}

/**
 * Looks for everything that would keep installed jobs of this machine from running, each with its remedy. Changes nothing, unless asked to repair.
 *
 * @throws ROTA_STATE_NEWER, ROTA_STATE_FOREIGN, ROTA_STATE_DAMAGED when the state cannot be read at all
 */
export async function diagnose(input: DiagnoseInput): Promise<Diagnosis> {
  const { host, backends } = input;
  checkState(host);
  const namespaces = listNamespaces(host).filter((name) => input.namespace === undefined || name === input.namespace);
  const repaired = input.repair ? await repair(input, namespaces) : [];
  const installed = new Map(namespaces.map((namespace) => [namespace, installedEntries(host, namespace)]));
  const entries = [...installed.values()].flat();

  const used = new Set(entries.map(({ backend }) => backend));
  const available = await Promise.all(
    backends.map(async (backend) => {
      const { usable, dialect, findings } = await backend.detect(host);
      return { name: backend.name, usable, dialect, findings: usable && !used.has(backend.name) ? [] : findings };
    }),
  );
  const findings: DoctorFinding[] = [
    ...available
      .filter(({ name }) => used.has(name))
      .flatMap(({ name, dialect, findings: told }) => told.map((one) => fromBackend(name, dialect, one))),
    ...missingBackends(used, backends),
    ...(available.some(({ usable }) => usable)
      ? []
      : [
          {
            severity: 'error',
            code: 'backend.none',
            message: 'No scheduler can be used here.',
            remedy: 'Start one, or use --backend embedded with `rota run-all`.',
          } as const,
        ]),
    ...checkStateFolder(host),
    ...(entries.some(({ launchFile, artifact }) => launchFile !== null || artifact !== null) ? checkLauncher(host) : []),
    ...checkCommand(host, namespaces),
    ...(await checkClock(host, latestRecorded(host, namespaces))),
    ...checkSync(host),
    ...checkMaintenance(host, installed.get(maintenanceNamespace) ?? []),
  ];
  const { secrets, secretsFile, found } = readSecrets(host);
  findings.push(...found);
  for (const [namespace, own] of installed) {
    findings.push(...checkUnfinished(host, namespace), ...checkZones(host, namespace, own));
    for (const entry of own) findings.push(...checkJob({ host, namespace, entry, secrets, secretsFile }));
    findings.push(...(await checkEntries(host, backends, namespace, own)));
  }
  const inventory = input.policy ? await readInventory(host, backends) : undefined;
  findings.push(
    ...(inventory?.findings ?? []).map((one): DoctorFinding => ({ ...one, severity: 'warning', code: 'inventory.unreadable' })),
  );
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

async function repair({ host, backends, command }: DiagnoseInput, namespaces: readonly string[]): Promise<readonly string[]> {
  const repaired: string[] = [];
  if (namespaces.length === 0) return repaired;
  repaired.push(...installLauncher(host));
  const own = namespaces.some((name) => name === maintenanceNamespace || name === 'rota-sync');
  if (command !== undefined && own) repaired.push(...installCommand(host, command));
  const [backend] = namespaces.flatMap((namespace) => installedEntries(host, namespace)).map((entry) => entry.backend);
  if (command !== undefined && backend !== undefined) {
    const before = installedGeneration(host, maintenanceNamespace)?.number;
    await ensureMaintenance({ host, backends, backend, command, takeOver: true });
    if (installedGeneration(host, maintenanceNamespace)?.number !== before) repaired.push('the maintenance job');
  }
  for (const namespace of namespaces) {
    const recovery = await recoverNamespace(host, backends, namespace);
    if (recovery !== null) repaired.push(`the apply of ${recovery.startedAt} in namespace ${namespace} (${recovery.outcome})`);
  }
  return repaired;
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

/** What the schedulers hold, against what was installed. */
async function checkEntries(
  host: Host,
  backends: readonly Backend[],
  namespace: string,
  entries: readonly PlannedEntry[],
): Promise<readonly DoctorFinding[]> {
  if (entries.length === 0) return [];
  const found: DoctorFinding[] = [];
  const remedy = 'rota plan --repair, then rota apply --repair';
  for (const backend of backends) {
    const own = entries.filter((entry) => entry.backend === backend.name && entry.artifact !== null);
    if (own.length === 0) continue;
    const expected = new Map(
      own.flatMap((entry) => (entry.artifact === null ? [] : [[printJobKey(entry), entry.artifact] as const])),
    );
    try {
      const standing = new Map((await backend.list(host, { namespace, expected })).map((one) => [printJobKey(one), one]));
      for (const key of expected.keys()) {
        const one = standing.get(key);
        if (one === undefined) {
          found.push({
            severity: 'error',
            code: 'drift.missing',
            message: `Its entry is not in ${backend.name} any more.`,
            remedy,
            namespace,
            job: key,
          });
        }
        for (const { kind, detail } of one?.drift ?? []) {
          const stops = kind === 'missing' || kind === 'disabled' || kind === 'masked';
          found.push({
            severity: stops ? 'error' : 'warning',
            code: `drift.${kind}`,
            message: `${backend.name}: ${detail}`,
            remedy,
            namespace,
            job: key,
          });
        }
      }
    } catch (error) {
      if (!isRotaError(error)) throw error;
      found.push({
        severity: 'error',
        code: 'backend.unreadable',
        message: error.message,
        ...(error.suggestions[0] === undefined ? {} : { remedy: error.suggestions[0] }),
        namespace,
      });
    }
  }
  const reachable = new Set(found.filter(({ code }) => code === 'backend.unreadable').map((one) => one.namespace));
  if (reachable.has(namespace)) return found;
  for (const { tenant, name, state, lastRun } of await readStatus(host, backends, namespace)) {
    if (state !== 'failed') continue;
    found.push({
      severity: 'info',
      code: 'run.failed',
      message: `Its last run did not end well${lastRun?.reason ? `: ${lastRun.reason}` : ''}.`,
      remedy: `rota logs ${tenant}/${name}`,
      namespace,
      job: `${tenant}/${name}`,
    });
  }
  return found;
}

function latestRecorded(host: Host, namespaces: readonly string[]): string | undefined {
  return namespaces
    .flatMap((namespace) => installedGeneration(host, namespace)?.createdAt ?? [])
    .sort()
    .at(-1);
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
