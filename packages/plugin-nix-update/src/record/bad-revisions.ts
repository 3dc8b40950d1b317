import type { Files } from '@rota/core';
import type { FailureClass } from '../failure.ts';

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

/** More than a year of bad nights; the oldest are forgotten. */
const most = 400;

export function readBadRevisions(files: Pick<Files, 'readText'>, path: string): readonly BadRevision[] {
  try {
    const value: unknown = JSON.parse(files.readText(path) ?? '[]');
    return Array.isArray(value) ? value : [];
  } catch {
    return []; // without its memory the updater tries a bad system once more, and sends it back again
  }
}

export function rememberBad(files: Pick<Files, 'readText' | 'write'>, path: string, revision: BadRevision): void {
  const others = readBadRevisions(files, path).filter((one) => one.path !== revision.path);
  files.write(path, `${JSON.stringify([...others, revision].slice(-most), null, 2)}\n`);
}
