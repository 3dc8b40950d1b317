import { basename, dirname, join } from 'node:path';
import { followLink } from './machine/follow-link.ts';
import type { Baseline } from './machine/read-baseline.ts';
import { expectedFiles } from './machine/updated-system.ts';
import { readBadRevisions } from './record/bad-revisions.ts';
import { readReports } from './record/history.ts';
import type { UpdateContext } from './update-context.ts';

/**
 * Where a rollback goes: what the last update replaced, else the newest older generation; never one that was sent back before, unless it is
 * named. `null` when there is none.
 */
export function rollbackTarget(
  { host, layout, system }: Pick<UpdateContext, 'host' | 'layout' | 'system'>,
  { profile }: Pick<Baseline, 'profile'>,
  asked: string | undefined,
): string | null {
  // Also what has been collected as garbage, or was never a system, is nothing to go to.
  const isSystem = (path: string | null): path is string =>
    path !== null && expectedFiles(system.kind).every((name) => host.files.facts(join(path, name)) !== undefined);
  if (asked !== undefined) {
    const path = /^\d+$/.test(asked) ? followLink(host.files, `${system.profile}-${asked}-link`) : followLink(host.files, asked);
    return isSystem(path) ? path : null;
  }
  const bad = new Set(readBadRevisions(host.files, layout.badRevisions).map(({ path }) => path));
  const replaced =
    readReports(host.files, layout.history).findLast(({ status, to }) => status === 'updated' && to === profile)?.from ?? null;
  const candidates = [replaced, ...olderGenerations(host.files, system.profile)];
  return candidates.filter(isSystem).find((path) => path !== profile && !bad.has(path)) ?? null;
}

/** Store paths of the generations of a profile below its current one, newest first. */
function olderGenerations(files: UpdateContext['host']['files'], profile: string): readonly (string | null)[] {
  const name = basename(profile);
  const numberOf = (link: string): number | undefined => {
    const number = link.startsWith(`${name}-`) ? /^(\d+)-link$/.exec(link.slice(name.length + 1))?.[1] : undefined;
    return number === undefined ? undefined : Number(number);
  };
  const numbers = files
    .list(dirname(profile))
    .map(numberOf)
    .filter((number) => number !== undefined);
  const current = numberOf(basename(files.readLink(profile) ?? '')) ?? Number.POSITIVE_INFINITY;
  return numbers
    .filter((number) => number < current)
    .sort((a, b) => b - a)
    .map((number) => followLink(files, join(dirname(profile), `${name}-${number}-link`)));
}
