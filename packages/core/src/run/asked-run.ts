import { join } from 'node:path';
import type { Files } from '../host/files.ts';
import type { JobKey } from '../job/job.ts';
import type { NamespaceLayout } from '../state/layout.ts';

/** A start that was asked for longer ago than this never came; what starts now is not it. Milliseconds. */
const freshMs = 10_000;

type AskedFiles = Pick<Files, 'write' | 'remove' | 'facts'>;

/**
 * Leaves word that a person is about to start a job through its scheduler: a scheduler does not say so itself (systemd goes on giving a service the
 * TRIGGER_UNIT of its first trigger, at a later trigger as at a start by hand; measured on 252). The run takes the word away.
 */
export function askForRun(files: AskedFiles, layout: NamespaceLayout, job: JobKey): void {
  // Not empty: where the disk is full, an empty file can still be made, and the run could not be recorded.
  files.write(pathOf(layout, job), `${job.tenant}/${job.name}\n`);
}

/** Takes the word back, when the start failed. */
export function forgetAsked(files: AskedFiles, layout: NamespaceLayout, job: JobKey): void {
  files.remove(pathOf(layout, job));
}

/** Whether the run that begins now is one that a person asked for. */
export function takeAsked(files: AskedFiles, layout: NamespaceLayout, job: JobKey, nowMs: number): boolean {
  const facts = files.facts(pathOf(layout, job));
  if (facts === undefined) return false;
  files.remove(pathOf(layout, job));
  // A word from the future is one from before the clock was set back.
  return Math.abs(nowMs - facts.modifiedMs) < freshMs;
}

function pathOf(layout: NamespaceLayout, job: JobKey): string {
  return join(layout.asked, `${job.tenant}.${job.name}`);
}
