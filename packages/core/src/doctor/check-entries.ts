import type { Backend, Installed } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { stateLayout } from '../state/layout.ts';
import type { DoctorFinding } from './diagnosis.ts';

/** What the scheduler holds of a namespace, against what was installed. @throws what the backend throws */
export async function checkEntries(
  host: Host,
  backend: Backend,
  namespace: string,
  entries: readonly PlannedEntry[],
): Promise<readonly DoctorFinding[]> {
  const expected = new Map(
    entries.flatMap((entry) =>
      entry.backend === backend.name && entry.artifact !== null ? [[printJobKey(entry), entry.artifact] as const] : [],
    ),
  );
  const standing = new Map((await backend.list(host, { namespace, expected })).map((one) => [printJobKey(one), one]));
  const found: DoctorFinding[] = [];
  const remedy = 'rota plan --repair, then rota apply --repair';
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
  return [
    ...found,
    ...checkUnknown(
      host,
      backend,
      namespace,
      [...standing.values()].filter((one) => !expected.has(printJobKey(one))),
    ),
  ];
}

/** Entries that bear Rota's mark and that no generation knows: the state was lost, or it is another one's. */
function checkUnknown(host: Host, { name }: Backend, namespace: string, found: readonly Installed[]): readonly DoctorFinding[] {
  const ours = found.filter(({ drift }) => !drift.some(({ kind }) => kind === 'foreign')).map(printJobKey);
  if (ours.length === 0) return [];
  const { launcher } = stateLayout(host.stateDir, host.platform);
  const lost = host.files.facts(launcher) === undefined;
  return [
    {
      severity: lost ? 'error' : 'warning',
      code: 'entries.unknown',
      message: `${name} has entries of namespace ${namespace} that the state in ${host.stateDir} does not know: ${ours.join(', ')}.`,
      remedy:
        'If that state was lost: rota apply, where the jobs are declared. If another one has them: --state-dir DIR, or ROTA_STATE_DIR.',
      namespace,
    },
  ];
}
