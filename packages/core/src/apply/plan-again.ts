import { join } from 'node:path';
import type { Artifact, Backend } from '../backend/backend.ts';
import type { Host } from '../host/host.ts';
import type { Job } from '../job/job.ts';
import { makePlan } from '../plan/make-plan.ts';
import type { Plan, PlannedEntry } from '../plan/plan.ts';
import { readLaunchFile } from '../run/launch/read-launch-file.ts';
import type { Generation } from '../state/generation.ts';
import { namespaceLayout } from '../state/layout.ts';

export interface PlanAgainInput {
  readonly host: Host;
  readonly backends: readonly Backend[];
  readonly namespace: string;
  readonly generation: Generation<Job, Artifact>;
  /** @default false */
  readonly repair?: boolean;
}

/** The plan that the jobs of a generation make today, without their declaration. @throws as {@link makePlan} */
export async function planAgain({ host, backends, namespace, generation, repair = false }: PlanAgainInput): Promise<Plan> {
  const { secretsFile, ...facts } = factsOf(host, namespace, generation.entries);
  return await makePlan({
    host,
    backends,
    declared: {
      namespace,
      source: generation.source,
      jobs: generation.entries.map(({ job }) => job),
      excluded: [],
      backend: generation.backend,
      warnings: [],
      ...facts,
    },
    // An earlier generation may be of a source that another one has taken the place of.
    takeOver: true,
    secretsFile,
    requireCommands: false,
    repair,
  });
}

/** What a declaration, and the machine that read it, said beside its jobs stands in the launch files that were made from it. */
function factsOf(
  host: Host,
  namespace: string,
  entries: readonly PlannedEntry[],
): { readonly hostname: string; readonly checkinUrl?: string; readonly secretsFile: string | undefined } {
  const layout = namespaceLayout(host.stateDir, namespace);
  let hostname = host.hostname;
  let checkinUrl: string | undefined;
  let secretsFile: string | undefined;
  for (const { launchFile, job } of entries) {
    const read = launchFile === null ? null : readLaunchFile(host.files, join(layout.launchFiles, launchFile));
    if (!read?.ok) continue;
    hostname = read.launch.hostname;
    secretsFile = read.launch.secretsFile;
    if (job.checkin?.enabled && job.checkin.url === undefined) checkinUrl ??= read.launch.checkin?.url;
  }
  return { hostname, secretsFile, ...(checkinUrl === undefined ? {} : { checkinUrl }) };
}
