import type { LaunchFile } from '../backend/launch-file.ts';
import type { Files } from '../host/files.ts';
import { defineSchedule } from '../schedule/schedule.ts';
import { loadZone } from '../schedule/zone/load-zone.ts';
import { isAlive } from '../state/process-identity.ts';
import { dueFire } from './admit/due-fire.ts';
import { readJobState } from './admit/job-state.ts';
import { maskText } from './attempt/mask-secrets.ts';
import { prepareRun } from './attempt/prepare-run.ts';
import type { LaunchPlace } from './launch/read-launch-file.ts';
import { instantText } from './record/instant-text.ts';

/** What a run would be, with secrets masked. Reads (and asks `${command:...}`), changes and starts nothing. */
export function describeRun(
  launch: LaunchFile,
  place: LaunchPlace,
  files: Files,
  env: NodeJS.ProcessEnv,
): Readonly<Record<string, unknown>> {
  const prepared = prepareRun({ launch, place, files, env }, { runId: '', scheduledAt: null });
  const own = [...Object.keys(launch.env), 'ROTA_JOB', 'ROTA_TENANT', 'ROTA_CHECKIN_URL', 'CHECKIN_SECRET'];
  const shown = own.flatMap((name) => {
    const value = prepared.env[name];
    return value === undefined ? [] : [[name, maskText(value, prepared.secrets)] as const];
  });
  return {
    formatVersion: 1,
    tenant: launch.tenant,
    name: launch.name,
    program: launch.shell ? '/bin/sh' : launch.command[0],
    args: launch.shell ? ['-c', launch.command.join(' ')] : launch.command.slice(1),
    workingDir: launch.workingDir,
    env: Object.fromEntries(shown),
    problems: prepared.problems.map((problem) => maskText(problem, prepared.secrets)),
    gate: gateNow(launch, place, files),
    running: readJobState(files, place.layout, launch)
      .claims.filter((claim) => isAlive(files, claim.owner))
      .map((claim) => claim.runId),
    concurrency: launch.concurrency,
    requires: launch.requires,
    dependsOn: launch.dependsOn,
    hooks: launch.hooks,
    retry: launch.retry,
    timeoutMs: launch.timeoutMs,
    jitterMs: launch.jitterMs,
    launchFile: place.path,
  };
}

function gateNow(launch: LaunchFile, place: LaunchPlace, files: Files): Readonly<Record<string, unknown>> | null {
  if (launch.gate === null) return null;
  const { expression, timezone, zoneRoots } = launch.gate;
  const schedule = defineSchedule(expression, loadZone(timezone, { roots: zoneRoots }));
  const state = readJobState(files, place.layout, launch);
  const { handled } = state;
  const due = dueFire(schedule, launch.gate, state, Date.now() / 1000);
  return {
    schedule: expression,
    timezone,
    gated: launch.gated,
    handled: handled === null ? null : instantText(handled),
    due: due.kind === 'none' ? null : instantText(due.fire),
  };
}
