import type { Host } from '../host/host.ts';
import { printJobKey } from '../job/job-key.ts';
import type { PlannedEntry } from '../plan/plan.ts';
import { clockChange, readHandled } from '../run/admit/job-state.ts';
import { instantText } from '../run/record/instant-text.ts';
import { readRecords } from '../run/record/read-records.ts';
import { previousFire } from '../schedule/previous-fire.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { hostZone } from '../schedule/zone/host-zone.ts';
import { namespaceLayout } from '../state/layout.ts';
import { installedGeneration } from './installed-entries.ts';
import { tellChannels } from './tell-channels.ts';

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
    if (fire === null || notToCome(host, told[key] ?? 0) >= fire) continue;
    told[key] = fire;
    missed.push(printJobKey(entry));
    const run = { runId: null, status: 'skipped', exitCode: null, scheduledAt: instantText(fire) } as const;
    const text = `It was due at ${instantText(fire)}, and nothing started it.`;
    await tellChannels(host, namespace, entry.launchFile, run, { event: 'missed', text });
  }
  return missed;
}

/** The latest fire time whose deadline is over, if nothing is known of it and it came after the generation. In seconds. */
function missedFire(host: Host, namespace: string, { job, tenant, name }: PlannedEntry, since: number): number | null {
  if (job.trigger.kind !== 'schedule') return null;
  const { expression, timezone } = job.trigger;
  const zone = hostZone(host, timezone);
  const grace = (job.startingDeadlineMs ?? defaultDeadlineMs) + (job.randomizedDelayMs ?? 0) + (job.accuracyMs ?? 0);
  const fire = previousFire(defineSchedule(expression, zone), Math.floor((host.now() - grace) / 1000));
  if (fire === null || fire <= notToCome(host, since)) return null;
  const layout = namespaceLayout(host.stateDir, namespace);
  if (notToCome(host, readHandled(host.files, layout, { tenant, name }) ?? 0) >= fire) return null;
  const latest = readRecords(layout, { only: new Set([`${tenant}/${name}`]) }).next().value;
  const startedAt = latest === undefined ? 0 : notToCome(host, Date.parse(latest.startedAt) / 1000);
  return startedAt >= fire - 60 ? null : fire;
}

/** The instant, or 0 where it lies so far ahead that it must be from before the clock was set back: it says nothing of what comes until then. */
function notToCome({ now }: Host, instant: number): number {
  return instant - now() / 1000 >= clockChange ? 0 : instant;
}
