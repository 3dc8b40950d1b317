import type { Files } from '@rota/core';
import * as v from 'valibot';
import { type FailureClass, failureClasses } from '../failure.ts';
import type { UpdateContext } from '../update-context.ts';

/** A system that was tried and sent back. It is not tried again; a newer one is. */
export interface BadRevision {
  /** Store path, which names the exact system of this host. */
  readonly path: string;
  /** Of the lock that made it, by which other hosts know it. */
  readonly lockDigest: string | null;
  readonly at: string;
  readonly class: FailureClass;
  readonly reason: string;
}

const schema = v.object({
  path: v.string(),
  lockDigest: v.nullable(v.string()),
  at: v.string(),
  class: v.picklist(failureClasses),
  reason: v.string(),
}) satisfies v.GenericSchema<unknown, BadRevision>;

/** What sends a system back through no fault of its own: it may be tried again. */
const blameless: ReadonlySet<FailureClass> = new Set(['disk', 'network', 'internal']);

export function isItsFault(failureClass: FailureClass): boolean {
  return !blameless.has(failureClass);
}

/** More than a year of bad nights; the oldest are forgotten. */
const most = 400;

export function readBadRevisions(files: Pick<Files, 'readText'>, path: string): readonly BadRevision[] {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? '[]');
    return Array.isArray(value) ? value.filter((one) => v.is(schema, one)) : [];
  } catch {
    return []; // without its memory the updater tries a bad system once more, and sends it back again
  }
}

/** A memory that cannot be written (a full disk) is a warning: it must not keep a rollback from happening. */
export function rememberBad(
  { host, layout, warn }: Pick<UpdateContext, 'host' | 'layout' | 'warn'>,
  bad: Omit<BadRevision, 'at'>,
): void {
  const path = layout.badRevisions;
  const revision = { ...bad, at: new Date(host.now()).toISOString() };
  const others = readBadRevisions(host.files, path).filter((one) => one.path !== revision.path);
  try {
    host.files.write(path, `${JSON.stringify([...others, revision].slice(-most), null, 2)}\n`);
  } catch (error) {
    warn(`That ${bad.path} is bad could not be remembered: ${error instanceof Error ? error.message : String(error)}`);
  }
}
