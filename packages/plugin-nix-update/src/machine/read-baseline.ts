import type { Host, ProcessResult } from '@rota/core';
import type { Command } from './command.ts';
import { followLink } from './follow-link.ts';
import { readBootId } from './read-boot-id.ts';
import { readFailedUnits } from './read-failed-units.ts';
import type { UpdatedSystem } from './updated-system.ts';

/** The machine before an update changes anything; what a rollback goes back to. */
export interface Baseline {
  /** Store path behind the profile: what boots; `null` also where it was collected as garbage. */
  readonly profile: string | null;
  /** Store path that is active now; `null` likewise. */
  readonly current: string | null;
  readonly bootId: string | null;
  /** Units that had failed before, which no update is blamed for; `null` where systemd does not answer. */
  readonly failedUnits: readonly string[] | null;
}

export async function readBaseline(
  host: Pick<Host, 'files'>,
  system: UpdatedSystem,
  call: (command: Command) => Promise<ProcessResult>,
): Promise<Baseline> {
  const failed = await readFailedUnits(system.kind, call);
  const standing = (link: string): string | null => {
    const path = followLink(host.files, link);
    return path === null || host.files.facts(path) === undefined ? null : path;
  };
  return {
    profile: standing(system.profile),
    current: standing(system.current),
    bootId: readBootId(host.files),
    failedUnits: 'units' in failed ? failed.units : null,
  };
}
