import { join } from 'node:path';
import type { JobKey, Trigger } from '../job/job.ts';
import { canonicalJson, digestOf } from '../state/digest.ts';
import { namespaceLayout } from '../state/layout.ts';

/** What is installed for one job of the embedded scheduler: a small file that `run-all` reads. */
export interface EmbeddedEntry extends JobKey {
  readonly formatVersion: 1;
  /** Absolute path. */
  readonly launchFile: string;
  /** Evaluated from the launch file's gate; here for people who read the entry. */
  readonly on:
    | { readonly schedule: string; readonly timezone: string }
    | { readonly event: Exclude<Trigger['kind'], 'schedule'> };
  /** False for a paused job. */
  readonly active: boolean;
}

/** The bytes of an entry: its digest comes with it, so that an edit is seen. */
export function printEntry(entry: EmbeddedEntry): { readonly text: string; readonly digest: string } {
  const digest = digestOf(canonicalJson(entry));
  return { text: `${JSON.stringify({ ...entry, digest }, null, 2)}\n`, digest };
}

/** An entry and whether it is as it was installed; `undefined` for what is no entry any more. */
export function parseEntry(
  text: string,
): { readonly entry: EmbeddedEntry; readonly digest: string; readonly intact: boolean } | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('digest' in value) || typeof value.digest !== 'string') return undefined;
    const { digest, ...entry } = value;
    return isEntry(entry) ? { entry, digest, intact: digestOf(canonicalJson(entry)) === digest } : undefined;
  } catch {
    return undefined;
  }
}

function isEntry(value: object): value is EmbeddedEntry {
  return (
    'launchFile' in value &&
    typeof value.launchFile === 'string' &&
    'tenant' in value &&
    'name' in value &&
    'on' in value &&
    'active' in value
  );
}

export function entryFolder(stateDir: string, namespace: string): string {
  return join(namespaceLayout(stateDir, namespace).root, 'embedded');
}

/** Names hold no dot, so the two parts can be told apart. */
export function entryName(key: JobKey): string {
  return `${key.tenant}.${key.name}.json`;
}

export function keyOfEntryName(name: string): JobKey | undefined {
  const found = /^([a-z0-9-]+)\.([a-z0-9-]+)\.json$/.exec(name);
  return found?.[1] !== undefined && found[2] !== undefined ? { tenant: found[1], name: found[2] } : undefined;
}
