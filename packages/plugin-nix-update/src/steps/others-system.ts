import type { UpdateJournal } from '../journal/update-journal.ts';
import { followLink } from '../machine/follow-link.ts';
import type { UpdateContext } from '../update-context.ts';

type OwnSystems = Pick<UpdateJournal, 'target' | 'left'> & {
  readonly baseline: Pick<UpdateJournal['baseline'], 'profile' | 'current'>;
};

/** What somebody has made active, or the default, since the run began: neither what it brought nor what it found or left. It is theirs, and stays. */
export function othersSystem(
  { host, system }: Pick<UpdateContext, 'host' | 'system'>,
  { target, left, baseline }: OwnSystems,
  which: 'current' | 'profile',
): string | null {
  const now = followLink(host.files, system[which]);
  // What a rollback goes to where that link led to nothing.
  const found = baseline[which] ?? baseline[which === 'profile' ? 'current' : 'profile'];
  if ((target === null && left === undefined) || now === null) return null;
  if (now === target || now === found || now === left?.[which]) return null;
  // What was collected as garbage was there before the update, whose baseline does not know it.
  return host.files.facts(now) === undefined ? null : now;
}

/** In words, for the report. */
export function staysBehind({ system }: Pick<UpdateContext, 'system'>, own: string, which: 'current' | 'profile'): string {
  return `${own}, which somebody has put there since the update began, stays behind ${system[which]}.`;
}
