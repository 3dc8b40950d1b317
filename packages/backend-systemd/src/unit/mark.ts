import { createHash } from 'node:crypto';
import type { ArtifactFile } from '@rota/core';
import type { Section } from './write-unit.ts';

const place = /^Digest=.*$/m;

/** What the `[X-Rota]` section of a unit says; systemd passes over sections whose name begins with `X-`. */
export interface Mark {
  readonly namespace: string;
  readonly tenant: string;
  readonly job: string;
  readonly digest: string;
  /** Whether the job was installed armed; false for a paused one. */
  readonly active: boolean;
  /** Whether the job has a timer. */
  readonly timed: boolean;
  /** Whether the timer waits for the start of the manager, and so is not started by an apply. */
  readonly atStart: boolean;
}

/** The section that says whose a unit is. The digest is filled in by {@link sealFiles}. */
export function markSection(settings: Section['settings']): Section {
  return { name: 'X-Rota', settings: [['FormatVersion', 1], ...settings, ['Digest', '']] };
}

/** Puts the digest of all files, taken with the digest left open, into each of them. */
export function sealFiles(files: readonly ArtifactFile[]): { readonly files: readonly ArtifactFile[]; readonly digest: string } {
  const digest = digestFiles(files);
  return { digest, files: files.map(({ name, content }) => ({ name, content: content.replace(place, `Digest=${digest}`) })) };
}

/** The digest that {@link sealFiles} gave to these files, computed again from what they hold now. */
export function digestFiles(files: readonly ArtifactFile[]): string {
  const hash = createHash('sha256');
  for (const { name, content } of [...files].sort((a, b) => (a.name < b.name ? -1 : 1))) {
    hash.update(`${name}\n${content.replace(place, 'Digest=')}\n`);
  }
  return hash.digest('hex').slice(0, 32);
}

/** Reads the mark of a unit file; `undefined` when it has none that this version understands. */
export function readMark(content: string): Mark | undefined {
  const start = content.indexOf('[X-Rota]\n');
  if (start < 0) return undefined;
  const values = new Map<string, string>();
  for (const line of content.slice(start).split('\n').slice(1)) {
    if (line.startsWith('[')) break;
    const at = line.indexOf('=');
    if (at > 0) values.set(line.slice(0, at), line.slice(at + 1));
  }
  const [namespace, tenant, job, digest] = ['Namespace', 'Tenant', 'Job', 'Digest'].map((key) => values.get(key));
  if (namespace === undefined || tenant === undefined || job === undefined || digest === undefined) return undefined;
  const trigger = values.get('Trigger') ?? '';
  return {
    namespace,
    tenant,
    job,
    digest,
    active: values.get('Active') === 'yes',
    timed: ['schedule', 'boot', 'login'].includes(trigger),
    atStart: trigger === 'boot' || trigger === 'login',
  };
}
