import { join } from 'node:path';
import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { captureWith } from '../run/capture-output.ts';
import { instantText } from '../run/instant-text.ts';
import { readHandled } from '../run/job-state.ts';
import { readLaunchFile } from '../run/read-launch-file.ts';
import { readRecords } from '../run/read-records.ts';
import { createResolver } from '../run/resolve-references.ts';
import { sendAlert } from '../run/send-alert.ts';
import { loadZone } from '../schedule/load-zone.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { namespaceLayout } from '../state/layout.ts';
import { installedGeneration } from './installed-entries.ts';

const defaultDeadlineMs = 600_000;

/**
 * Tells the alert channels of each job that asks for it that a fire time came and the job did not: nothing started it, so no run of it can tell. `told`
 * remembers which fire time was told, and is changed.
 */
export async function tellMissed(host: Host, namespace: string, told: Record<string, number>): Promise<readonly string[]> {
  const generation = installedGeneration(host, namespace);
  const missed: string[] = [];
  for (const entry of generation?.entries ?? []) {
    if (entry.job.paused || entry.launchFile === null || !entry.job.alerts?.on.includes('missed')) continue;
    const fire = missedFire(host, namespace, entry, Date.parse(generation?.createdAt ?? '') / 1000);
    const key = `${namespace}:${printJobKey(entry)}`;
    if (fire === null || (told[key] ?? 0) >= fire) continue;
    told[key] = fire;
    missed.push(printJobKey(entry));
    await tell(host, namespace, entry, entry.launchFile, fire);
  }
  return missed;
}

/** The latest fire time whose deadline is over, if nothing is known of it and it came after the generation. In seconds. */
function missedFire(host: Host, namespace: string, { job, tenant, name }: PlannedEntry, since: number): number | null {
  if (job.trigger.kind !== 'schedule') return null;
  const { expression, timezone } = job.trigger;
  const zone = loadZone(timezone === 'local' ? host.timezone : timezone, { roots: host.zoneRoots });
  const grace = (job.startingDeadlineMs ?? defaultDeadlineMs) + (job.randomizedDelayMs ?? 0) + (job.accuracyMs ?? 0);
  const fire = previousFire(defineSchedule(expression, zone), Math.floor((host.now() - grace) / 1000));
  if (fire === null || fire <= since) return null;
  const layout = namespaceLayout(host.stateDir, namespace);
  if ((readHandled(host.files, layout, { tenant, name }) ?? 0) >= fire) return null;
  const latest = readRecords(layout, { only: new Set([`${tenant}/${name}`]) }).next().value;
  const startedAt = latest === undefined ? 0 : Date.parse(latest.startedAt) / 1000;
  return startedAt >= fire - 60 ? null : fire;
}

async function tell(
  host: Host,
  namespace: string,
  { tenant, name }: PlannedEntry,
  launchFile: string,
  fire: number,
): Promise<void> {
  const read = readLaunchFile(host.files, join(namespaceLayout(host.stateDir, namespace).launchFiles, launchFile));
  if (!read.ok) return;
  const { launch } = read;
  const env = { ...host.env, PATH: launch.env.PATH };
  const resolver = createResolver({ launch, files: host.files, env, capture: captureWith(env) });
  await sendAlert(
    { launch, resolver, env },
    {
      event: 'missed',
      tenant,
      job_name: name,
      host: launch.hostname,
      run_id: null,
      status: null,
      exit_code: null,
      scheduled_at: instantText(fire),
      text: `It was due at ${instantText(fire)}, and nothing started it.`,
      output: '',
      about: launch.about ?? {},
    },
  );
}
