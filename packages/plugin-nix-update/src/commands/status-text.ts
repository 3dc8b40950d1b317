import type { JobStatus } from '@rota/core';
import type { NixStatus } from '../status/update-status.ts';
import { reportText } from './report-text.ts';

type Timer = Pick<JobStatus, 'state' | 'nextRun'> | null;

/** A status for people. */
export function statusText(status: NixStatus, timer: Timer, declared: boolean): readonly string[] {
  const { system, last, lastGood, reboot, badRevisions, statistics, log } = status;
  return [
    `current   ${system.current ?? 'unknown'}`,
    `default   ${system.default === system.current ? 'the same' : (system.default ?? 'unknown')}`,
    ...(status.kind === 'nixos'
      ? [`booted    ${system.booted === system.current ? 'the same' : (system.booted ?? 'unknown')}`]
      : []),
    `up to date as of ${lastGood ?? 'never'}`,
    timer === null
      ? declared
        ? 'timer     not installed: rota apply'
        : 'timer     none'
      : `timer     ${timer.state}, next ${timer.nextRun ?? 'never'}`,
    ...(status.runningSince === null ? [] : [`an update runs since ${status.runningSince}`]),
    ...(status.interrupted ? ['a run was cut off; the next one ends it: rota nix verify'] : []),
    `reboot    ${rebootText(reboot)}`,
    `runs      ${statistics.runs}, failed in a row: ${statistics.failuresInARow}${heldUpText(statistics.heldUpInARow)}`,
    ...badRevisions.slice(-3).map(({ path, at, reason }) => `bad       ${path} (${at.slice(0, 10)}: ${reason})`),
    ...(last === null ? ['no update has run'] : reportText(last)),
    ...(log.length === 0 ? [] : ['', ...log]),
  ];
}

function heldUpText(runs: number): string {
  return runs === 0 ? '' : `, put off by another switch in a row: ${runs}`;
}

function rebootText({ marker, needed, reasons, verified }: NixStatus['reboot']): string {
  if (marker !== null && !verified) return 'happened, not verified yet: rota nix verify';
  if (marker !== null) return `${marker.state} since ${marker.since} (${marker.reasons.join(', ')})`;
  if (needed === null) return `cannot be told (${reasons.join(', ')})`;
  return needed ? `needed (${reasons.join(', ')})` : 'not needed';
}
